import protobuf from "protobufjs/minimal.js";

/**
 * Makes protobufjs read 64-bit fields as doubles and not as `Long` objects: all of ours are counts and times below
 * 2^53 (checked where they are read), and a region decodes half a million of them a second. Must be imported before
 * the generated code, whose defaults are made when it is loaded.
 */
Object.assign(protobuf.util, { Long: undefined });
protobuf.configure();
