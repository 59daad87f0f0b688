import protobuf from "protobufjs/minimal.js";

/**
 * Makes protobufjs read 64-bit fields as doubles and not as `Long` objects. All of them are counts and times below 2^53, which
 * the codecs check, and a region decodes half a million of them a second. Must be imported before the generated code, which
 * takes its defaults when it is loaded.
 */
Object.assign(protobuf.util, { Long: undefined });
protobuf.configure();
