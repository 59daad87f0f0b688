/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const tidemark = $root.tidemark = (() => {

    /**
     * Namespace tidemark.
     * @exports tidemark
     * @namespace
     */
    const tidemark = {};

    tidemark.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof tidemark
         * @namespace
         */
        const v1 = {};

        v1.BatchBody = (function() {

            /**
             * Properties of a BatchBody.
             * @typedef {Object} tidemark.v1.BatchBody.$Properties
             * @property {number|null} [format] BatchBody format
             * @property {Uint8Array|null} [streamId] BatchBody streamId
             * @property {number|null} [seq] BatchBody seq
             * @property {string|null} [gateway] BatchBody gateway
             * @property {number|null} [sealedAtMs] BatchBody sealedAtMs
             * @property {Array.<string>|null} [names] BatchBody names
             * @property {Array.<tidemark.v1.Series.$Properties>|null} [series] BatchBody series
             * @property {tidemark.v1.WindowColumns.$Properties|null} [windows] BatchBody windows
             * @property {Array.<tidemark.v1.RawColumns.$Properties>|null} [raws] BatchBody raws
             * @property {tidemark.v1.Ledger.$Properties|null} [ledger] BatchBody ledger
             * @property {Array.<tidemark.v1.OperatorCommand.$Properties>|null} [commands] BatchBody commands
             * @property {Array.<tidemark.v1.ReadingWindowColumns.$Properties>|null} [readingWindows] BatchBody readingWindows
             * @property {tidemark.v1.WindowCellColumns.$Properties|null} [windowCells] BatchBody windowCells
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a BatchBody.
             * @memberof tidemark.v1
             * @interface IBatchBody
             * @augments tidemark.v1.BatchBody.$Properties
             * @deprecated Use tidemark.v1.BatchBody.$Properties instead.
             */

            /**
             * Shape of a BatchBody.
             * @typedef {{
             *   format?: number|null;
             *   streamId?: Uint8Array|null;
             *   seq?: number|null;
             *   gateway?: string|null;
             *   sealedAtMs?: number|null;
             *   names?: Array.<string>|null;
             *   series?: Array.<tidemark.v1.Series.$Shape>|null;
             *   windows?: tidemark.v1.WindowColumns.$Shape|null;
             *   raws?: Array.<tidemark.v1.RawColumns.$Shape>|null;
             *   ledger?: tidemark.v1.Ledger.$Shape|null;
             *   commands?: Array.<tidemark.v1.OperatorCommand.$Shape>|null;
             *   readingWindows?: Array.<tidemark.v1.ReadingWindowColumns.$Shape>|null;
             *   windowCells?: tidemark.v1.WindowCellColumns.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * }} tidemark.v1.BatchBody.$Shape
             */

            /**
             * Constructs a new BatchBody.
             * @memberof tidemark.v1
             * @classdesc Represents a BatchBody.
             * @constructor
             * @param {tidemark.v1.BatchBody.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const BatchBody = function (properties) {
                this.names = [];
                this.series = [];
                this.raws = [];
                this.commands = [];
                this.readingWindows = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * BatchBody format.
             * @member {number} format
             * @memberof tidemark.v1.BatchBody
             * @instance
             */
            BatchBody.prototype.format = 0;

            /**
             * BatchBody streamId.
             * @member {Uint8Array} streamId
             * @memberof tidemark.v1.BatchBody
             * @instance
             */
            BatchBody.prototype.streamId = $util.newBuffer([]);

            /**
             * BatchBody seq.
             * @member {number} seq
             * @memberof tidemark.v1.BatchBody
             * @instance
             */
            BatchBody.prototype.seq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * BatchBody gateway.
             * @member {string} gateway
             * @memberof tidemark.v1.BatchBody
             * @instance
             */
            BatchBody.prototype.gateway = "";

            /**
             * BatchBody sealedAtMs.
             * @member {number} sealedAtMs
             * @memberof tidemark.v1.BatchBody
             * @instance
             */
            BatchBody.prototype.sealedAtMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * BatchBody names.
             * @member {Array.<string>} names
             * @memberof tidemark.v1.BatchBody
             * @instance
             */
            BatchBody.prototype.names = $util.emptyArray;

            /**
             * BatchBody series.
             * @member {Array.<tidemark.v1.Series.$Properties>} series
             * @memberof tidemark.v1.BatchBody
             * @instance
             */
            BatchBody.prototype.series = $util.emptyArray;

            /**
             * BatchBody windows.
             * @member {tidemark.v1.WindowColumns.$Properties|null|undefined} windows
             * @memberof tidemark.v1.BatchBody
             * @instance
             */
            BatchBody.prototype.windows = null;

            /**
             * BatchBody raws.
             * @member {Array.<tidemark.v1.RawColumns.$Properties>} raws
             * @memberof tidemark.v1.BatchBody
             * @instance
             */
            BatchBody.prototype.raws = $util.emptyArray;

            /**
             * BatchBody ledger.
             * @member {tidemark.v1.Ledger.$Properties|null|undefined} ledger
             * @memberof tidemark.v1.BatchBody
             * @instance
             */
            BatchBody.prototype.ledger = null;

            /**
             * BatchBody commands.
             * @member {Array.<tidemark.v1.OperatorCommand.$Properties>} commands
             * @memberof tidemark.v1.BatchBody
             * @instance
             */
            BatchBody.prototype.commands = $util.emptyArray;

            /**
             * BatchBody readingWindows.
             * @member {Array.<tidemark.v1.ReadingWindowColumns.$Properties>} readingWindows
             * @memberof tidemark.v1.BatchBody
             * @instance
             */
            BatchBody.prototype.readingWindows = $util.emptyArray;

            /**
             * BatchBody windowCells.
             * @member {tidemark.v1.WindowCellColumns.$Properties|null|undefined} windowCells
             * @memberof tidemark.v1.BatchBody
             * @instance
             */
            BatchBody.prototype.windowCells = null;

            /**
             * Creates a new BatchBody instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.BatchBody
             * @static
             * @param {tidemark.v1.BatchBody.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.BatchBody} BatchBody instance
             * @type {{
             *   (properties: tidemark.v1.BatchBody.$Shape): tidemark.v1.BatchBody & tidemark.v1.BatchBody.$Shape;
             *   (properties?: tidemark.v1.BatchBody.$Properties): tidemark.v1.BatchBody;
             * }}
             */
            BatchBody.create = function(properties) {
                return new BatchBody(properties);
            };

            /**
             * Encodes the specified BatchBody message. Does not implicitly {@link tidemark.v1.BatchBody.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.BatchBody
             * @static
             * @param {tidemark.v1.BatchBody.$Properties} message BatchBody message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            BatchBody.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.format != null && $Object.hasOwnProperty.call(message, "format") && message.format !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.format);
                if (message.streamId != null && $Object.hasOwnProperty.call(message, "streamId") && message.streamId.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.streamId);
                if (message.seq != null && $Object.hasOwnProperty.call(message, "seq") && (typeof message.seq === "object" ? message.seq.low || message.seq.high : message.seq !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.seq);
                if (message.gateway != null && $Object.hasOwnProperty.call(message, "gateway") && message.gateway !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.gateway);
                if (message.sealedAtMs != null && $Object.hasOwnProperty.call(message, "sealedAtMs") && (typeof message.sealedAtMs === "object" ? message.sealedAtMs.low || message.sealedAtMs.high : message.sealedAtMs !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).int64(message.sealedAtMs);
                if (message.names != null && message.names.length)
                    for (let i = 0; i < message.names.length; ++i)
                        writer.uint32(/* id 6, wireType 2 =*/50).string(message.names[i]);
                if (message.series != null && message.series.length)
                    for (let i = 0; i < message.series.length; ++i)
                        $root.tidemark.v1.Series.encode(message.series[i], writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.windows != null && $Object.hasOwnProperty.call(message, "windows"))
                    $root.tidemark.v1.WindowColumns.encode(message.windows, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.raws != null && message.raws.length)
                    for (let i = 0; i < message.raws.length; ++i)
                        $root.tidemark.v1.RawColumns.encode(message.raws[i], writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.ledger != null && $Object.hasOwnProperty.call(message, "ledger"))
                    $root.tidemark.v1.Ledger.encode(message.ledger, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.commands != null && message.commands.length)
                    for (let i = 0; i < message.commands.length; ++i)
                        $root.tidemark.v1.OperatorCommand.encode(message.commands[i], writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
                if (message.readingWindows != null && message.readingWindows.length)
                    for (let i = 0; i < message.readingWindows.length; ++i)
                        $root.tidemark.v1.ReadingWindowColumns.encode(message.readingWindows[i], writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
                if (message.windowCells != null && $Object.hasOwnProperty.call(message, "windowCells"))
                    $root.tidemark.v1.WindowCellColumns.encode(message.windowCells, writer.uint32(/* id 14, wireType 2 =*/114).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a BatchBody message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.BatchBody
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.BatchBody & tidemark.v1.BatchBody.$Shape} BatchBody
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            BatchBody.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.BatchBody();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.format = value;
                            else
                                delete message.format;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.streamId = value;
                            else
                                delete message.streamId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.seq = value;
                            else
                                delete message.seq;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.gateway = value;
                            else
                                delete message.gateway;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.sealedAtMs = value;
                            else
                                delete message.sealedAtMs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.names && message.names.length))
                                message.names = [];
                            message.names.push(reader.stringVerify());
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if (!(message.series && message.series.length))
                                message.series = [];
                            message.series.push($root.tidemark.v1.Series.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.windows = $root.tidemark.v1.WindowColumns.decode(reader, reader.size(), $undefined, _depth + 1, message.windows);
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if (!(message.raws && message.raws.length))
                                message.raws = [];
                            message.raws.push($root.tidemark.v1.RawColumns.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.ledger = $root.tidemark.v1.Ledger.decode(reader, reader.size(), $undefined, _depth + 1, message.ledger);
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            if (!(message.commands && message.commands.length))
                                message.commands = [];
                            message.commands.push($root.tidemark.v1.OperatorCommand.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            if (!(message.readingWindows && message.readingWindows.length))
                                message.readingWindows = [];
                            message.readingWindows.push($root.tidemark.v1.ReadingWindowColumns.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.windowCells = $root.tidemark.v1.WindowCellColumns.decode(reader, reader.size(), $undefined, _depth + 1, message.windowCells);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return BatchBody;
        })();

        v1.Series = (function() {

            /**
             * Properties of a Series.
             * @typedef {Object} tidemark.v1.Series.$Properties
             * @property {number|null} [device] Series device
             * @property {number|null} [metric] Series metric
             * @property {number|null} [unit] Series unit
             * @property {number|null} [haMode] Series haMode
             * @property {boolean|null} [later] Series later
             * @property {number|null} [arrivalToleranceMs] Series arrivalToleranceMs
             * @property {boolean|null} [withoutQuantiles] Series withoutQuantiles
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Series.
             * @memberof tidemark.v1
             * @interface ISeries
             * @augments tidemark.v1.Series.$Properties
             * @deprecated Use tidemark.v1.Series.$Properties instead.
             */

            /**
             * Shape of a Series.
             * @typedef {tidemark.v1.Series.$Properties} tidemark.v1.Series.$Shape
             */

            /**
             * Constructs a new Series.
             * @memberof tidemark.v1
             * @classdesc Represents a Series.
             * @constructor
             * @param {tidemark.v1.Series.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Series = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Series device.
             * @member {number} device
             * @memberof tidemark.v1.Series
             * @instance
             */
            Series.prototype.device = 0;

            /**
             * Series metric.
             * @member {number} metric
             * @memberof tidemark.v1.Series
             * @instance
             */
            Series.prototype.metric = 0;

            /**
             * Series unit.
             * @member {number} unit
             * @memberof tidemark.v1.Series
             * @instance
             */
            Series.prototype.unit = 0;

            /**
             * Series haMode.
             * @member {number} haMode
             * @memberof tidemark.v1.Series
             * @instance
             */
            Series.prototype.haMode = 0;

            /**
             * Series later.
             * @member {boolean} later
             * @memberof tidemark.v1.Series
             * @instance
             */
            Series.prototype.later = false;

            /**
             * Series arrivalToleranceMs.
             * @member {number} arrivalToleranceMs
             * @memberof tidemark.v1.Series
             * @instance
             */
            Series.prototype.arrivalToleranceMs = 0;

            /**
             * Series withoutQuantiles.
             * @member {boolean} withoutQuantiles
             * @memberof tidemark.v1.Series
             * @instance
             */
            Series.prototype.withoutQuantiles = false;

            /**
             * Creates a new Series instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.Series
             * @static
             * @param {tidemark.v1.Series.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.Series} Series instance
             * @type {{
             *   (properties: tidemark.v1.Series.$Shape): tidemark.v1.Series & tidemark.v1.Series.$Shape;
             *   (properties?: tidemark.v1.Series.$Properties): tidemark.v1.Series;
             * }}
             */
            Series.create = function(properties) {
                return new Series(properties);
            };

            /**
             * Encodes the specified Series message. Does not implicitly {@link tidemark.v1.Series.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.Series
             * @static
             * @param {tidemark.v1.Series.$Properties} message Series message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Series.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.device != null && $Object.hasOwnProperty.call(message, "device") && message.device !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.device);
                if (message.metric != null && $Object.hasOwnProperty.call(message, "metric") && message.metric !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.metric);
                if (message.unit != null && $Object.hasOwnProperty.call(message, "unit") && message.unit !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.unit);
                if (message.haMode != null && $Object.hasOwnProperty.call(message, "haMode") && message.haMode !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.haMode);
                if (message.later != null && $Object.hasOwnProperty.call(message, "later") && message.later !== false)
                    writer.uint32(/* id 5, wireType 0 =*/40).bool(message.later);
                if (message.arrivalToleranceMs != null && $Object.hasOwnProperty.call(message, "arrivalToleranceMs") && message.arrivalToleranceMs !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.arrivalToleranceMs);
                if (message.withoutQuantiles != null && $Object.hasOwnProperty.call(message, "withoutQuantiles") && message.withoutQuantiles !== false)
                    writer.uint32(/* id 7, wireType 0 =*/56).bool(message.withoutQuantiles);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Series message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.Series
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.Series & tidemark.v1.Series.$Shape} Series
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Series.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.Series();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.device = value;
                            else
                                delete message.device;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.metric = value;
                            else
                                delete message.metric;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.unit = value;
                            else
                                delete message.unit;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.haMode = value;
                            else
                                delete message.haMode;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.later = value;
                            else
                                delete message.later;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.arrivalToleranceMs = value;
                            else
                                delete message.arrivalToleranceMs;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.withoutQuantiles = value;
                            else
                                delete message.withoutQuantiles;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Series;
        })();

        v1.WindowColumns = (function() {

            /**
             * Properties of a WindowColumns.
             * @typedef {Object} tidemark.v1.WindowColumns.$Properties
             * @property {Array.<number>|null} [series] WindowColumns series
             * @property {Array.<number>|null} [windowMs] WindowColumns windowMs
             * @property {Uint8Array|null} [start] WindowColumns start
             * @property {Array.<number>|null} [part] WindowColumns part
             * @property {Array.<number>|null} [carry] WindowColumns carry
             * @property {Array.<Uint8Array>|null} [carries] WindowColumns carries
             * @property {Array.<number>|null} [revision] WindowColumns revision
             * @property {Array.<number>|null} [count] WindowColumns count
             * @property {Array.<number>|null} [numericCount] WindowColumns numericCount
             * @property {tidemark.v1.NumberColumn.$Properties|null} [sum] WindowColumns sum
             * @property {tidemark.v1.NumberColumn.$Properties|null} [min] WindowColumns min
             * @property {tidemark.v1.NumberColumn.$Properties|null} [max] WindowColumns max
             * @property {tidemark.v1.NumberColumn.$Properties|null} [mean] WindowColumns mean
             * @property {tidemark.v1.NumberColumn.$Properties|null} [m2] WindowColumns m2
             * @property {Array.<number>|null} [firstOffsetMs] WindowColumns firstOffsetMs
             * @property {tidemark.v1.ValueColumn.$Properties|null} [first] WindowColumns first
             * @property {Array.<number>|null} [lastOffsetMs] WindowColumns lastOffsetMs
             * @property {tidemark.v1.ValueColumn.$Properties|null} [last] WindowColumns last
             * @property {Array.<number>|null} [coverage] WindowColumns coverage
             * @property {Array.<Uint8Array>|null} [sketch] WindowColumns sketch
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a WindowColumns.
             * @memberof tidemark.v1
             * @interface IWindowColumns
             * @augments tidemark.v1.WindowColumns.$Properties
             * @deprecated Use tidemark.v1.WindowColumns.$Properties instead.
             */

            /**
             * Shape of a WindowColumns.
             * @typedef {tidemark.v1.WindowColumns.$Properties} tidemark.v1.WindowColumns.$Shape
             */

            /**
             * Constructs a new WindowColumns.
             * @memberof tidemark.v1
             * @classdesc Represents a WindowColumns.
             * @constructor
             * @param {tidemark.v1.WindowColumns.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const WindowColumns = function (properties) {
                this.series = [];
                this.windowMs = [];
                this.part = [];
                this.carry = [];
                this.carries = [];
                this.revision = [];
                this.count = [];
                this.numericCount = [];
                this.firstOffsetMs = [];
                this.lastOffsetMs = [];
                this.coverage = [];
                this.sketch = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * WindowColumns series.
             * @member {Array.<number>} series
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.series = $util.emptyArray;

            /**
             * WindowColumns windowMs.
             * @member {Array.<number>} windowMs
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.windowMs = $util.emptyArray;

            /**
             * WindowColumns start.
             * @member {Uint8Array} start
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.start = $util.newBuffer([]);

            /**
             * WindowColumns part.
             * @member {Array.<number>} part
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.part = $util.emptyArray;

            /**
             * WindowColumns carry.
             * @member {Array.<number>} carry
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.carry = $util.emptyArray;

            /**
             * WindowColumns carries.
             * @member {Array.<Uint8Array>} carries
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.carries = $util.emptyArray;

            /**
             * WindowColumns revision.
             * @member {Array.<number>} revision
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.revision = $util.emptyArray;

            /**
             * WindowColumns count.
             * @member {Array.<number>} count
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.count = $util.emptyArray;

            /**
             * WindowColumns numericCount.
             * @member {Array.<number>} numericCount
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.numericCount = $util.emptyArray;

            /**
             * WindowColumns sum.
             * @member {tidemark.v1.NumberColumn.$Properties|null|undefined} sum
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.sum = null;

            /**
             * WindowColumns min.
             * @member {tidemark.v1.NumberColumn.$Properties|null|undefined} min
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.min = null;

            /**
             * WindowColumns max.
             * @member {tidemark.v1.NumberColumn.$Properties|null|undefined} max
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.max = null;

            /**
             * WindowColumns mean.
             * @member {tidemark.v1.NumberColumn.$Properties|null|undefined} mean
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.mean = null;

            /**
             * WindowColumns m2.
             * @member {tidemark.v1.NumberColumn.$Properties|null|undefined} m2
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.m2 = null;

            /**
             * WindowColumns firstOffsetMs.
             * @member {Array.<number>} firstOffsetMs
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.firstOffsetMs = $util.emptyArray;

            /**
             * WindowColumns first.
             * @member {tidemark.v1.ValueColumn.$Properties|null|undefined} first
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.first = null;

            /**
             * WindowColumns lastOffsetMs.
             * @member {Array.<number>} lastOffsetMs
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.lastOffsetMs = $util.emptyArray;

            /**
             * WindowColumns last.
             * @member {tidemark.v1.ValueColumn.$Properties|null|undefined} last
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.last = null;

            /**
             * WindowColumns coverage.
             * @member {Array.<number>} coverage
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.coverage = $util.emptyArray;

            /**
             * WindowColumns sketch.
             * @member {Array.<Uint8Array>} sketch
             * @memberof tidemark.v1.WindowColumns
             * @instance
             */
            WindowColumns.prototype.sketch = $util.emptyArray;

            /**
             * Creates a new WindowColumns instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.WindowColumns
             * @static
             * @param {tidemark.v1.WindowColumns.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.WindowColumns} WindowColumns instance
             * @type {{
             *   (properties: tidemark.v1.WindowColumns.$Shape): tidemark.v1.WindowColumns & tidemark.v1.WindowColumns.$Shape;
             *   (properties?: tidemark.v1.WindowColumns.$Properties): tidemark.v1.WindowColumns;
             * }}
             */
            WindowColumns.create = function(properties) {
                return new WindowColumns(properties);
            };

            /**
             * Encodes the specified WindowColumns message. Does not implicitly {@link tidemark.v1.WindowColumns.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.WindowColumns
             * @static
             * @param {tidemark.v1.WindowColumns.$Properties} message WindowColumns message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            WindowColumns.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.series != null && message.series.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.series);
                if (message.windowMs != null && message.windowMs.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint32s(message.windowMs);
                if (message.start != null && $Object.hasOwnProperty.call(message, "start") && message.start.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.start);
                if (message.part != null && message.part.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).uint64s(message.part);
                if (message.carry != null && message.carry.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).uint32s(message.carry);
                if (message.carries != null && message.carries.length)
                    for (let i = 0; i < message.carries.length; ++i)
                        writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.carries[i]);
                if (message.revision != null && message.revision.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).uint32s(message.revision);
                if (message.count != null && message.count.length)
                    writer.uint32(/* id 8, wireType 2 =*/66).uint64s(message.count);
                if (message.numericCount != null && message.numericCount.length)
                    writer.uint32(/* id 9, wireType 2 =*/74).uint64s(message.numericCount);
                if (message.sum != null && $Object.hasOwnProperty.call(message, "sum"))
                    $root.tidemark.v1.NumberColumn.encode(message.sum, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.min != null && $Object.hasOwnProperty.call(message, "min"))
                    $root.tidemark.v1.NumberColumn.encode(message.min, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.max != null && $Object.hasOwnProperty.call(message, "max"))
                    $root.tidemark.v1.NumberColumn.encode(message.max, writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
                if (message.mean != null && $Object.hasOwnProperty.call(message, "mean"))
                    $root.tidemark.v1.NumberColumn.encode(message.mean, writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
                if (message.m2 != null && $Object.hasOwnProperty.call(message, "m2"))
                    $root.tidemark.v1.NumberColumn.encode(message.m2, writer.uint32(/* id 14, wireType 2 =*/114).fork(), _depth + 1).ldelim();
                if (message.firstOffsetMs != null && message.firstOffsetMs.length)
                    writer.uint32(/* id 15, wireType 2 =*/122).uint32s(message.firstOffsetMs);
                if (message.first != null && $Object.hasOwnProperty.call(message, "first"))
                    $root.tidemark.v1.ValueColumn.encode(message.first, writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
                if (message.lastOffsetMs != null && message.lastOffsetMs.length)
                    writer.uint32(/* id 17, wireType 2 =*/138).uint32s(message.lastOffsetMs);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last"))
                    $root.tidemark.v1.ValueColumn.encode(message.last, writer.uint32(/* id 18, wireType 2 =*/146).fork(), _depth + 1).ldelim();
                if (message.coverage != null && message.coverage.length)
                    writer.uint32(/* id 19, wireType 2 =*/154).fixed32s(message.coverage);
                if (message.sketch != null && message.sketch.length)
                    for (let i = 0; i < message.sketch.length; ++i)
                        writer.uint32(/* id 20, wireType 2 =*/162).bytes(message.sketch[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a WindowColumns message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.WindowColumns
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.WindowColumns & tidemark.v1.WindowColumns.$Shape} WindowColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            WindowColumns.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.WindowColumns();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType === 2) {
                                if (!(message.series && message.series.length))
                                    message.series = [];
                                reader.uint32s(message.series);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.series && message.series.length))
                                message.series = [];
                            message.series.push(reader.uint32());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.windowMs && message.windowMs.length))
                                    message.windowMs = [];
                                reader.uint32s(message.windowMs);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.windowMs && message.windowMs.length))
                                message.windowMs = [];
                            message.windowMs.push(reader.uint32());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.start = value;
                            else
                                delete message.start;
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.part && message.part.length))
                                    message.part = [];
                                reader.uint64s(message.part);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.part && message.part.length))
                                message.part = [];
                            message.part.push(reader.uint64());
                            continue;
                        }
                    case 5: {
                            if (wireType === 2) {
                                if (!(message.carry && message.carry.length))
                                    message.carry = [];
                                reader.uint32s(message.carry);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.carry && message.carry.length))
                                message.carry = [];
                            message.carry.push(reader.uint32());
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.carries && message.carries.length))
                                message.carries = [];
                            message.carries.push(reader.bytes());
                            continue;
                        }
                    case 7: {
                            if (wireType === 2) {
                                if (!(message.revision && message.revision.length))
                                    message.revision = [];
                                reader.uint32s(message.revision);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.revision && message.revision.length))
                                message.revision = [];
                            message.revision.push(reader.uint32());
                            continue;
                        }
                    case 8: {
                            if (wireType === 2) {
                                if (!(message.count && message.count.length))
                                    message.count = [];
                                reader.uint64s(message.count);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.count && message.count.length))
                                message.count = [];
                            message.count.push(reader.uint64());
                            continue;
                        }
                    case 9: {
                            if (wireType === 2) {
                                if (!(message.numericCount && message.numericCount.length))
                                    message.numericCount = [];
                                reader.uint64s(message.numericCount);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.numericCount && message.numericCount.length))
                                message.numericCount = [];
                            message.numericCount.push(reader.uint64());
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.sum = $root.tidemark.v1.NumberColumn.decode(reader, reader.size(), $undefined, _depth + 1, message.sum);
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.min = $root.tidemark.v1.NumberColumn.decode(reader, reader.size(), $undefined, _depth + 1, message.min);
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.max = $root.tidemark.v1.NumberColumn.decode(reader, reader.size(), $undefined, _depth + 1, message.max);
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.mean = $root.tidemark.v1.NumberColumn.decode(reader, reader.size(), $undefined, _depth + 1, message.mean);
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.m2 = $root.tidemark.v1.NumberColumn.decode(reader, reader.size(), $undefined, _depth + 1, message.m2);
                            continue;
                        }
                    case 15: {
                            if (wireType === 2) {
                                if (!(message.firstOffsetMs && message.firstOffsetMs.length))
                                    message.firstOffsetMs = [];
                                reader.uint32s(message.firstOffsetMs);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.firstOffsetMs && message.firstOffsetMs.length))
                                message.firstOffsetMs = [];
                            message.firstOffsetMs.push(reader.uint32());
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            message.first = $root.tidemark.v1.ValueColumn.decode(reader, reader.size(), $undefined, _depth + 1, message.first);
                            continue;
                        }
                    case 17: {
                            if (wireType === 2) {
                                if (!(message.lastOffsetMs && message.lastOffsetMs.length))
                                    message.lastOffsetMs = [];
                                reader.uint32s(message.lastOffsetMs);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.lastOffsetMs && message.lastOffsetMs.length))
                                message.lastOffsetMs = [];
                            message.lastOffsetMs.push(reader.uint32());
                            continue;
                        }
                    case 18: {
                            if (wireType !== 2)
                                break;
                            message.last = $root.tidemark.v1.ValueColumn.decode(reader, reader.size(), $undefined, _depth + 1, message.last);
                            continue;
                        }
                    case 19: {
                            if (wireType === 2) {
                                if (!(message.coverage && message.coverage.length))
                                    message.coverage = [];
                                reader.fixed32s(message.coverage);
                                continue;
                            }
                            if (wireType !== 5)
                                break;
                            if (!(message.coverage && message.coverage.length))
                                message.coverage = [];
                            message.coverage.push(reader.fixed32());
                            continue;
                        }
                    case 20: {
                            if (wireType !== 2)
                                break;
                            if (!(message.sketch && message.sketch.length))
                                message.sketch = [];
                            message.sketch.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return WindowColumns;
        })();

        v1.ReadingWindowColumns = (function() {

            /**
             * Properties of a ReadingWindowColumns.
             * @typedef {Object} tidemark.v1.ReadingWindowColumns.$Properties
             * @property {Array.<number>|null} [series] ReadingWindowColumns series
             * @property {Array.<number>|null} [windowMs] ReadingWindowColumns windowMs
             * @property {Uint8Array|null} [start] ReadingWindowColumns start
             * @property {Array.<number>|null} [part] ReadingWindowColumns part
             * @property {Array.<number>|null} [carry] ReadingWindowColumns carry
             * @property {Array.<Uint8Array>|null} [carries] ReadingWindowColumns carries
             * @property {Array.<number>|null} [revision] ReadingWindowColumns revision
             * @property {tidemark.v1.ReadingColumns.$Properties|null} [readings] ReadingWindowColumns readings
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ReadingWindowColumns.
             * @memberof tidemark.v1
             * @interface IReadingWindowColumns
             * @augments tidemark.v1.ReadingWindowColumns.$Properties
             * @deprecated Use tidemark.v1.ReadingWindowColumns.$Properties instead.
             */

            /**
             * Shape of a ReadingWindowColumns.
             * @typedef {tidemark.v1.ReadingWindowColumns.$Properties} tidemark.v1.ReadingWindowColumns.$Shape
             */

            /**
             * Constructs a new ReadingWindowColumns.
             * @memberof tidemark.v1
             * @classdesc Represents a ReadingWindowColumns.
             * @constructor
             * @param {tidemark.v1.ReadingWindowColumns.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ReadingWindowColumns = function (properties) {
                this.series = [];
                this.windowMs = [];
                this.part = [];
                this.carry = [];
                this.carries = [];
                this.revision = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ReadingWindowColumns series.
             * @member {Array.<number>} series
             * @memberof tidemark.v1.ReadingWindowColumns
             * @instance
             */
            ReadingWindowColumns.prototype.series = $util.emptyArray;

            /**
             * ReadingWindowColumns windowMs.
             * @member {Array.<number>} windowMs
             * @memberof tidemark.v1.ReadingWindowColumns
             * @instance
             */
            ReadingWindowColumns.prototype.windowMs = $util.emptyArray;

            /**
             * ReadingWindowColumns start.
             * @member {Uint8Array} start
             * @memberof tidemark.v1.ReadingWindowColumns
             * @instance
             */
            ReadingWindowColumns.prototype.start = $util.newBuffer([]);

            /**
             * ReadingWindowColumns part.
             * @member {Array.<number>} part
             * @memberof tidemark.v1.ReadingWindowColumns
             * @instance
             */
            ReadingWindowColumns.prototype.part = $util.emptyArray;

            /**
             * ReadingWindowColumns carry.
             * @member {Array.<number>} carry
             * @memberof tidemark.v1.ReadingWindowColumns
             * @instance
             */
            ReadingWindowColumns.prototype.carry = $util.emptyArray;

            /**
             * ReadingWindowColumns carries.
             * @member {Array.<Uint8Array>} carries
             * @memberof tidemark.v1.ReadingWindowColumns
             * @instance
             */
            ReadingWindowColumns.prototype.carries = $util.emptyArray;

            /**
             * ReadingWindowColumns revision.
             * @member {Array.<number>} revision
             * @memberof tidemark.v1.ReadingWindowColumns
             * @instance
             */
            ReadingWindowColumns.prototype.revision = $util.emptyArray;

            /**
             * ReadingWindowColumns readings.
             * @member {tidemark.v1.ReadingColumns.$Properties|null|undefined} readings
             * @memberof tidemark.v1.ReadingWindowColumns
             * @instance
             */
            ReadingWindowColumns.prototype.readings = null;

            /**
             * Creates a new ReadingWindowColumns instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.ReadingWindowColumns
             * @static
             * @param {tidemark.v1.ReadingWindowColumns.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.ReadingWindowColumns} ReadingWindowColumns instance
             * @type {{
             *   (properties: tidemark.v1.ReadingWindowColumns.$Shape): tidemark.v1.ReadingWindowColumns & tidemark.v1.ReadingWindowColumns.$Shape;
             *   (properties?: tidemark.v1.ReadingWindowColumns.$Properties): tidemark.v1.ReadingWindowColumns;
             * }}
             */
            ReadingWindowColumns.create = function(properties) {
                return new ReadingWindowColumns(properties);
            };

            /**
             * Encodes the specified ReadingWindowColumns message. Does not implicitly {@link tidemark.v1.ReadingWindowColumns.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.ReadingWindowColumns
             * @static
             * @param {tidemark.v1.ReadingWindowColumns.$Properties} message ReadingWindowColumns message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ReadingWindowColumns.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.series != null && message.series.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.series);
                if (message.windowMs != null && message.windowMs.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint32s(message.windowMs);
                if (message.start != null && $Object.hasOwnProperty.call(message, "start") && message.start.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.start);
                if (message.part != null && message.part.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).uint64s(message.part);
                if (message.carry != null && message.carry.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).uint32s(message.carry);
                if (message.carries != null && message.carries.length)
                    for (let i = 0; i < message.carries.length; ++i)
                        writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.carries[i]);
                if (message.revision != null && message.revision.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).uint32s(message.revision);
                if (message.readings != null && $Object.hasOwnProperty.call(message, "readings"))
                    $root.tidemark.v1.ReadingColumns.encode(message.readings, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ReadingWindowColumns message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.ReadingWindowColumns
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.ReadingWindowColumns & tidemark.v1.ReadingWindowColumns.$Shape} ReadingWindowColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ReadingWindowColumns.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.ReadingWindowColumns();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType === 2) {
                                if (!(message.series && message.series.length))
                                    message.series = [];
                                reader.uint32s(message.series);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.series && message.series.length))
                                message.series = [];
                            message.series.push(reader.uint32());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.windowMs && message.windowMs.length))
                                    message.windowMs = [];
                                reader.uint32s(message.windowMs);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.windowMs && message.windowMs.length))
                                message.windowMs = [];
                            message.windowMs.push(reader.uint32());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.start = value;
                            else
                                delete message.start;
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.part && message.part.length))
                                    message.part = [];
                                reader.uint64s(message.part);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.part && message.part.length))
                                message.part = [];
                            message.part.push(reader.uint64());
                            continue;
                        }
                    case 5: {
                            if (wireType === 2) {
                                if (!(message.carry && message.carry.length))
                                    message.carry = [];
                                reader.uint32s(message.carry);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.carry && message.carry.length))
                                message.carry = [];
                            message.carry.push(reader.uint32());
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.carries && message.carries.length))
                                message.carries = [];
                            message.carries.push(reader.bytes());
                            continue;
                        }
                    case 7: {
                            if (wireType === 2) {
                                if (!(message.revision && message.revision.length))
                                    message.revision = [];
                                reader.uint32s(message.revision);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.revision && message.revision.length))
                                message.revision = [];
                            message.revision.push(reader.uint32());
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.readings = $root.tidemark.v1.ReadingColumns.decode(reader, reader.size(), $undefined, _depth + 1, message.readings);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ReadingWindowColumns;
        })();

        v1.ReadingColumns = (function() {

            /**
             * Properties of a ReadingColumns.
             * @typedef {Object} tidemark.v1.ReadingColumns.$Properties
             * @property {Array.<number>|null} [count] ReadingColumns count
             * @property {Uint8Array|null} [times] ReadingColumns times
             * @property {tidemark.v1.ValueColumn.$Properties|null} [values] ReadingColumns values
             * @property {Uint8Array|null} [clocks] ReadingColumns clocks
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ReadingColumns.
             * @memberof tidemark.v1
             * @interface IReadingColumns
             * @augments tidemark.v1.ReadingColumns.$Properties
             * @deprecated Use tidemark.v1.ReadingColumns.$Properties instead.
             */

            /**
             * Shape of a ReadingColumns.
             * @typedef {tidemark.v1.ReadingColumns.$Properties} tidemark.v1.ReadingColumns.$Shape
             */

            /**
             * Constructs a new ReadingColumns.
             * @memberof tidemark.v1
             * @classdesc Represents a ReadingColumns.
             * @constructor
             * @param {tidemark.v1.ReadingColumns.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ReadingColumns = function (properties) {
                this.count = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ReadingColumns count.
             * @member {Array.<number>} count
             * @memberof tidemark.v1.ReadingColumns
             * @instance
             */
            ReadingColumns.prototype.count = $util.emptyArray;

            /**
             * ReadingColumns times.
             * @member {Uint8Array} times
             * @memberof tidemark.v1.ReadingColumns
             * @instance
             */
            ReadingColumns.prototype.times = $util.newBuffer([]);

            /**
             * ReadingColumns values.
             * @member {tidemark.v1.ValueColumn.$Properties|null|undefined} values
             * @memberof tidemark.v1.ReadingColumns
             * @instance
             */
            ReadingColumns.prototype.values = null;

            /**
             * ReadingColumns clocks.
             * @member {Uint8Array} clocks
             * @memberof tidemark.v1.ReadingColumns
             * @instance
             */
            ReadingColumns.prototype.clocks = $util.newBuffer([]);

            /**
             * Creates a new ReadingColumns instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.ReadingColumns
             * @static
             * @param {tidemark.v1.ReadingColumns.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.ReadingColumns} ReadingColumns instance
             * @type {{
             *   (properties: tidemark.v1.ReadingColumns.$Shape): tidemark.v1.ReadingColumns & tidemark.v1.ReadingColumns.$Shape;
             *   (properties?: tidemark.v1.ReadingColumns.$Properties): tidemark.v1.ReadingColumns;
             * }}
             */
            ReadingColumns.create = function(properties) {
                return new ReadingColumns(properties);
            };

            /**
             * Encodes the specified ReadingColumns message. Does not implicitly {@link tidemark.v1.ReadingColumns.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.ReadingColumns
             * @static
             * @param {tidemark.v1.ReadingColumns.$Properties} message ReadingColumns message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ReadingColumns.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.count != null && message.count.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.count);
                if (message.times != null && $Object.hasOwnProperty.call(message, "times") && message.times.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.times);
                if (message.values != null && $Object.hasOwnProperty.call(message, "values"))
                    $root.tidemark.v1.ValueColumn.encode(message.values, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.clocks != null && $Object.hasOwnProperty.call(message, "clocks") && message.clocks.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.clocks);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ReadingColumns message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.ReadingColumns
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.ReadingColumns & tidemark.v1.ReadingColumns.$Shape} ReadingColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ReadingColumns.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.ReadingColumns();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType === 2) {
                                if (!(message.count && message.count.length))
                                    message.count = [];
                                reader.uint32s(message.count);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.count && message.count.length))
                                message.count = [];
                            message.count.push(reader.uint32());
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.times = value;
                            else
                                delete message.times;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.values = $root.tidemark.v1.ValueColumn.decode(reader, reader.size(), $undefined, _depth + 1, message.values);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.clocks = value;
                            else
                                delete message.clocks;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ReadingColumns;
        })();

        v1.WindowCellColumns = (function() {

            /**
             * Properties of a WindowCellColumns.
             * @typedef {Object} tidemark.v1.WindowCellColumns.$Properties
             * @property {Array.<number>|null} [row] WindowCellColumns row
             * @property {tidemark.v1.CellColumns.$Properties|null} [cells] WindowCellColumns cells
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a WindowCellColumns.
             * @memberof tidemark.v1
             * @interface IWindowCellColumns
             * @augments tidemark.v1.WindowCellColumns.$Properties
             * @deprecated Use tidemark.v1.WindowCellColumns.$Properties instead.
             */

            /**
             * Shape of a WindowCellColumns.
             * @typedef {tidemark.v1.WindowCellColumns.$Properties} tidemark.v1.WindowCellColumns.$Shape
             */

            /**
             * Constructs a new WindowCellColumns.
             * @memberof tidemark.v1
             * @classdesc Represents a WindowCellColumns.
             * @constructor
             * @param {tidemark.v1.WindowCellColumns.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const WindowCellColumns = function (properties) {
                this.row = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * WindowCellColumns row.
             * @member {Array.<number>} row
             * @memberof tidemark.v1.WindowCellColumns
             * @instance
             */
            WindowCellColumns.prototype.row = $util.emptyArray;

            /**
             * WindowCellColumns cells.
             * @member {tidemark.v1.CellColumns.$Properties|null|undefined} cells
             * @memberof tidemark.v1.WindowCellColumns
             * @instance
             */
            WindowCellColumns.prototype.cells = null;

            /**
             * Creates a new WindowCellColumns instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.WindowCellColumns
             * @static
             * @param {tidemark.v1.WindowCellColumns.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.WindowCellColumns} WindowCellColumns instance
             * @type {{
             *   (properties: tidemark.v1.WindowCellColumns.$Shape): tidemark.v1.WindowCellColumns & tidemark.v1.WindowCellColumns.$Shape;
             *   (properties?: tidemark.v1.WindowCellColumns.$Properties): tidemark.v1.WindowCellColumns;
             * }}
             */
            WindowCellColumns.create = function(properties) {
                return new WindowCellColumns(properties);
            };

            /**
             * Encodes the specified WindowCellColumns message. Does not implicitly {@link tidemark.v1.WindowCellColumns.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.WindowCellColumns
             * @static
             * @param {tidemark.v1.WindowCellColumns.$Properties} message WindowCellColumns message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            WindowCellColumns.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.row != null && message.row.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.row);
                if (message.cells != null && $Object.hasOwnProperty.call(message, "cells"))
                    $root.tidemark.v1.CellColumns.encode(message.cells, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a WindowCellColumns message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.WindowCellColumns
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.WindowCellColumns & tidemark.v1.WindowCellColumns.$Shape} WindowCellColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            WindowCellColumns.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.WindowCellColumns();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType === 2) {
                                if (!(message.row && message.row.length))
                                    message.row = [];
                                reader.uint32s(message.row);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.row && message.row.length))
                                message.row = [];
                            message.row.push(reader.uint32());
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.cells = $root.tidemark.v1.CellColumns.decode(reader, reader.size(), $undefined, _depth + 1, message.cells);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return WindowCellColumns;
        })();

        v1.CellColumns = (function() {

            /**
             * Properties of a CellColumns.
             * @typedef {Object} tidemark.v1.CellColumns.$Properties
             * @property {Array.<number>|null} [count] CellColumns count
             * @property {Uint8Array|null} [times] CellColumns times
             * @property {Array.<number>|null} [readings] CellColumns readings
             * @property {Array.<number>|null} [numeric] CellColumns numeric
             * @property {tidemark.v1.NumberColumn.$Properties|null} [sum] CellColumns sum
             * @property {Uint8Array|null} [byArrival] CellColumns byArrival
             * @property {Array.<number>|null} [hash] CellColumns hash
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a CellColumns.
             * @memberof tidemark.v1
             * @interface ICellColumns
             * @augments tidemark.v1.CellColumns.$Properties
             * @deprecated Use tidemark.v1.CellColumns.$Properties instead.
             */

            /**
             * Shape of a CellColumns.
             * @typedef {tidemark.v1.CellColumns.$Properties} tidemark.v1.CellColumns.$Shape
             */

            /**
             * Constructs a new CellColumns.
             * @memberof tidemark.v1
             * @classdesc Represents a CellColumns.
             * @constructor
             * @param {tidemark.v1.CellColumns.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const CellColumns = function (properties) {
                this.count = [];
                this.readings = [];
                this.numeric = [];
                this.hash = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * CellColumns count.
             * @member {Array.<number>} count
             * @memberof tidemark.v1.CellColumns
             * @instance
             */
            CellColumns.prototype.count = $util.emptyArray;

            /**
             * CellColumns times.
             * @member {Uint8Array} times
             * @memberof tidemark.v1.CellColumns
             * @instance
             */
            CellColumns.prototype.times = $util.newBuffer([]);

            /**
             * CellColumns readings.
             * @member {Array.<number>} readings
             * @memberof tidemark.v1.CellColumns
             * @instance
             */
            CellColumns.prototype.readings = $util.emptyArray;

            /**
             * CellColumns numeric.
             * @member {Array.<number>} numeric
             * @memberof tidemark.v1.CellColumns
             * @instance
             */
            CellColumns.prototype.numeric = $util.emptyArray;

            /**
             * CellColumns sum.
             * @member {tidemark.v1.NumberColumn.$Properties|null|undefined} sum
             * @memberof tidemark.v1.CellColumns
             * @instance
             */
            CellColumns.prototype.sum = null;

            /**
             * CellColumns byArrival.
             * @member {Uint8Array} byArrival
             * @memberof tidemark.v1.CellColumns
             * @instance
             */
            CellColumns.prototype.byArrival = $util.newBuffer([]);

            /**
             * CellColumns hash.
             * @member {Array.<number>} hash
             * @memberof tidemark.v1.CellColumns
             * @instance
             */
            CellColumns.prototype.hash = $util.emptyArray;

            /**
             * Creates a new CellColumns instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.CellColumns
             * @static
             * @param {tidemark.v1.CellColumns.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.CellColumns} CellColumns instance
             * @type {{
             *   (properties: tidemark.v1.CellColumns.$Shape): tidemark.v1.CellColumns & tidemark.v1.CellColumns.$Shape;
             *   (properties?: tidemark.v1.CellColumns.$Properties): tidemark.v1.CellColumns;
             * }}
             */
            CellColumns.create = function(properties) {
                return new CellColumns(properties);
            };

            /**
             * Encodes the specified CellColumns message. Does not implicitly {@link tidemark.v1.CellColumns.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.CellColumns
             * @static
             * @param {tidemark.v1.CellColumns.$Properties} message CellColumns message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            CellColumns.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.count != null && message.count.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.count);
                if (message.times != null && $Object.hasOwnProperty.call(message, "times") && message.times.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.times);
                if (message.readings != null && message.readings.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint64s(message.readings);
                if (message.numeric != null && message.numeric.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).uint64s(message.numeric);
                if (message.sum != null && $Object.hasOwnProperty.call(message, "sum"))
                    $root.tidemark.v1.NumberColumn.encode(message.sum, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.byArrival != null && $Object.hasOwnProperty.call(message, "byArrival") && message.byArrival.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.byArrival);
                if (message.hash != null && message.hash.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).fixed32s(message.hash);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a CellColumns message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.CellColumns
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.CellColumns & tidemark.v1.CellColumns.$Shape} CellColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            CellColumns.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.CellColumns();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType === 2) {
                                if (!(message.count && message.count.length))
                                    message.count = [];
                                reader.uint32s(message.count);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.count && message.count.length))
                                message.count = [];
                            message.count.push(reader.uint32());
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.times = value;
                            else
                                delete message.times;
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.readings && message.readings.length))
                                    message.readings = [];
                                reader.uint64s(message.readings);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.readings && message.readings.length))
                                message.readings = [];
                            message.readings.push(reader.uint64());
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.numeric && message.numeric.length))
                                    message.numeric = [];
                                reader.uint64s(message.numeric);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.numeric && message.numeric.length))
                                message.numeric = [];
                            message.numeric.push(reader.uint64());
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.sum = $root.tidemark.v1.NumberColumn.decode(reader, reader.size(), $undefined, _depth + 1, message.sum);
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.byArrival = value;
                            else
                                delete message.byArrival;
                            continue;
                        }
                    case 7: {
                            if (wireType === 2) {
                                if (!(message.hash && message.hash.length))
                                    message.hash = [];
                                reader.fixed32s(message.hash);
                                continue;
                            }
                            if (wireType !== 5)
                                break;
                            if (!(message.hash && message.hash.length))
                                message.hash = [];
                            message.hash.push(reader.fixed32());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return CellColumns;
        })();

        v1.StoredContent = (function() {

            /**
             * Properties of a StoredContent.
             * @typedef {Object} tidemark.v1.StoredContent.$Properties
             * @property {number|null} [arrivalToleranceMs] StoredContent arrivalToleranceMs
             * @property {boolean|null} [withoutQuantiles] StoredContent withoutQuantiles
             * @property {tidemark.v1.ReadingColumns.$Properties|null} [readings] StoredContent readings
             * @property {tidemark.v1.CellColumns.$Properties|null} [cells] StoredContent cells
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a StoredContent.
             * @memberof tidemark.v1
             * @interface IStoredContent
             * @augments tidemark.v1.StoredContent.$Properties
             * @deprecated Use tidemark.v1.StoredContent.$Properties instead.
             */

            /**
             * Shape of a StoredContent.
             * @typedef {tidemark.v1.StoredContent.$Properties} tidemark.v1.StoredContent.$Shape
             */

            /**
             * Constructs a new StoredContent.
             * @memberof tidemark.v1
             * @classdesc Represents a StoredContent.
             * @constructor
             * @param {tidemark.v1.StoredContent.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const StoredContent = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * StoredContent arrivalToleranceMs.
             * @member {number} arrivalToleranceMs
             * @memberof tidemark.v1.StoredContent
             * @instance
             */
            StoredContent.prototype.arrivalToleranceMs = 0;

            /**
             * StoredContent withoutQuantiles.
             * @member {boolean} withoutQuantiles
             * @memberof tidemark.v1.StoredContent
             * @instance
             */
            StoredContent.prototype.withoutQuantiles = false;

            /**
             * StoredContent readings.
             * @member {tidemark.v1.ReadingColumns.$Properties|null|undefined} readings
             * @memberof tidemark.v1.StoredContent
             * @instance
             */
            StoredContent.prototype.readings = null;

            /**
             * StoredContent cells.
             * @member {tidemark.v1.CellColumns.$Properties|null|undefined} cells
             * @memberof tidemark.v1.StoredContent
             * @instance
             */
            StoredContent.prototype.cells = null;

            /**
             * Creates a new StoredContent instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.StoredContent
             * @static
             * @param {tidemark.v1.StoredContent.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.StoredContent} StoredContent instance
             * @type {{
             *   (properties: tidemark.v1.StoredContent.$Shape): tidemark.v1.StoredContent & tidemark.v1.StoredContent.$Shape;
             *   (properties?: tidemark.v1.StoredContent.$Properties): tidemark.v1.StoredContent;
             * }}
             */
            StoredContent.create = function(properties) {
                return new StoredContent(properties);
            };

            /**
             * Encodes the specified StoredContent message. Does not implicitly {@link tidemark.v1.StoredContent.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.StoredContent
             * @static
             * @param {tidemark.v1.StoredContent.$Properties} message StoredContent message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            StoredContent.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.arrivalToleranceMs != null && $Object.hasOwnProperty.call(message, "arrivalToleranceMs") && message.arrivalToleranceMs !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.arrivalToleranceMs);
                if (message.withoutQuantiles != null && $Object.hasOwnProperty.call(message, "withoutQuantiles") && message.withoutQuantiles !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.withoutQuantiles);
                if (message.readings != null && $Object.hasOwnProperty.call(message, "readings"))
                    $root.tidemark.v1.ReadingColumns.encode(message.readings, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.cells != null && $Object.hasOwnProperty.call(message, "cells"))
                    $root.tidemark.v1.CellColumns.encode(message.cells, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a StoredContent message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.StoredContent
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.StoredContent & tidemark.v1.StoredContent.$Shape} StoredContent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            StoredContent.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.StoredContent();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.arrivalToleranceMs = value;
                            else
                                delete message.arrivalToleranceMs;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.withoutQuantiles = value;
                            else
                                delete message.withoutQuantiles;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.readings = $root.tidemark.v1.ReadingColumns.decode(reader, reader.size(), $undefined, _depth + 1, message.readings);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.cells = $root.tidemark.v1.CellColumns.decode(reader, reader.size(), $undefined, _depth + 1, message.cells);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return StoredContent;
        })();

        v1.RawColumns = (function() {

            /**
             * Properties of a RawColumns.
             * @typedef {Object} tidemark.v1.RawColumns.$Properties
             * @property {number|null} [series] RawColumns series
             * @property {number|null} [count] RawColumns count
             * @property {number|null} [clock] RawColumns clock
             * @property {number|null} [firstMs] RawColumns firstMs
             * @property {number|null} [minMs] RawColumns minMs
             * @property {number|null} [maxMs] RawColumns maxMs
             * @property {Uint8Array|null} [times] RawColumns times
             * @property {tidemark.v1.ValueColumn.$Properties|null} [values] RawColumns values
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RawColumns.
             * @memberof tidemark.v1
             * @interface IRawColumns
             * @augments tidemark.v1.RawColumns.$Properties
             * @deprecated Use tidemark.v1.RawColumns.$Properties instead.
             */

            /**
             * Shape of a RawColumns.
             * @typedef {tidemark.v1.RawColumns.$Properties} tidemark.v1.RawColumns.$Shape
             */

            /**
             * Constructs a new RawColumns.
             * @memberof tidemark.v1
             * @classdesc Represents a RawColumns.
             * @constructor
             * @param {tidemark.v1.RawColumns.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RawColumns = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RawColumns series.
             * @member {number} series
             * @memberof tidemark.v1.RawColumns
             * @instance
             */
            RawColumns.prototype.series = 0;

            /**
             * RawColumns count.
             * @member {number} count
             * @memberof tidemark.v1.RawColumns
             * @instance
             */
            RawColumns.prototype.count = 0;

            /**
             * RawColumns clock.
             * @member {number} clock
             * @memberof tidemark.v1.RawColumns
             * @instance
             */
            RawColumns.prototype.clock = 0;

            /**
             * RawColumns firstMs.
             * @member {number} firstMs
             * @memberof tidemark.v1.RawColumns
             * @instance
             */
            RawColumns.prototype.firstMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * RawColumns minMs.
             * @member {number} minMs
             * @memberof tidemark.v1.RawColumns
             * @instance
             */
            RawColumns.prototype.minMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * RawColumns maxMs.
             * @member {number} maxMs
             * @memberof tidemark.v1.RawColumns
             * @instance
             */
            RawColumns.prototype.maxMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * RawColumns times.
             * @member {Uint8Array} times
             * @memberof tidemark.v1.RawColumns
             * @instance
             */
            RawColumns.prototype.times = $util.newBuffer([]);

            /**
             * RawColumns values.
             * @member {tidemark.v1.ValueColumn.$Properties|null|undefined} values
             * @memberof tidemark.v1.RawColumns
             * @instance
             */
            RawColumns.prototype.values = null;

            /**
             * Creates a new RawColumns instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.RawColumns
             * @static
             * @param {tidemark.v1.RawColumns.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.RawColumns} RawColumns instance
             * @type {{
             *   (properties: tidemark.v1.RawColumns.$Shape): tidemark.v1.RawColumns & tidemark.v1.RawColumns.$Shape;
             *   (properties?: tidemark.v1.RawColumns.$Properties): tidemark.v1.RawColumns;
             * }}
             */
            RawColumns.create = function(properties) {
                return new RawColumns(properties);
            };

            /**
             * Encodes the specified RawColumns message. Does not implicitly {@link tidemark.v1.RawColumns.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.RawColumns
             * @static
             * @param {tidemark.v1.RawColumns.$Properties} message RawColumns message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RawColumns.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.series != null && $Object.hasOwnProperty.call(message, "series") && message.series !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.series);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.count);
                if (message.clock != null && $Object.hasOwnProperty.call(message, "clock") && message.clock !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.clock);
                if (message.firstMs != null && $Object.hasOwnProperty.call(message, "firstMs") && (typeof message.firstMs === "object" ? message.firstMs.low || message.firstMs.high : message.firstMs !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).int64(message.firstMs);
                if (message.minMs != null && $Object.hasOwnProperty.call(message, "minMs") && (typeof message.minMs === "object" ? message.minMs.low || message.minMs.high : message.minMs !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).int64(message.minMs);
                if (message.maxMs != null && $Object.hasOwnProperty.call(message, "maxMs") && (typeof message.maxMs === "object" ? message.maxMs.low || message.maxMs.high : message.maxMs !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).int64(message.maxMs);
                if (message.times != null && $Object.hasOwnProperty.call(message, "times") && message.times.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).bytes(message.times);
                if (message.values != null && $Object.hasOwnProperty.call(message, "values"))
                    $root.tidemark.v1.ValueColumn.encode(message.values, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RawColumns message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.RawColumns
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.RawColumns & tidemark.v1.RawColumns.$Shape} RawColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RawColumns.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.RawColumns();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.series = value;
                            else
                                delete message.series;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.clock = value;
                            else
                                delete message.clock;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.firstMs = value;
                            else
                                delete message.firstMs;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.minMs = value;
                            else
                                delete message.minMs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.maxMs = value;
                            else
                                delete message.maxMs;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.times = value;
                            else
                                delete message.times;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.values = $root.tidemark.v1.ValueColumn.decode(reader, reader.size(), $undefined, _depth + 1, message.values);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return RawColumns;
        })();

        v1.NumberColumn = (function() {

            /**
             * Properties of a NumberColumn.
             * @typedef {Object} tidemark.v1.NumberColumn.$Properties
             * @property {number|null} [scale] NumberColumn scale
             * @property {Uint8Array|null} [decimal] NumberColumn decimal
             * @property {Uint8Array|null} [ieee] NumberColumn ieee
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a NumberColumn.
             * @memberof tidemark.v1
             * @interface INumberColumn
             * @augments tidemark.v1.NumberColumn.$Properties
             * @deprecated Use tidemark.v1.NumberColumn.$Properties instead.
             */

            /**
             * Shape of a NumberColumn.
             * @typedef {tidemark.v1.NumberColumn.$Properties} tidemark.v1.NumberColumn.$Shape
             */

            /**
             * Constructs a new NumberColumn.
             * @memberof tidemark.v1
             * @classdesc Represents a NumberColumn.
             * @constructor
             * @param {tidemark.v1.NumberColumn.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const NumberColumn = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * NumberColumn scale.
             * @member {number} scale
             * @memberof tidemark.v1.NumberColumn
             * @instance
             */
            NumberColumn.prototype.scale = 0;

            /**
             * NumberColumn decimal.
             * @member {Uint8Array} decimal
             * @memberof tidemark.v1.NumberColumn
             * @instance
             */
            NumberColumn.prototype.decimal = $util.newBuffer([]);

            /**
             * NumberColumn ieee.
             * @member {Uint8Array} ieee
             * @memberof tidemark.v1.NumberColumn
             * @instance
             */
            NumberColumn.prototype.ieee = $util.newBuffer([]);

            /**
             * Creates a new NumberColumn instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.NumberColumn
             * @static
             * @param {tidemark.v1.NumberColumn.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.NumberColumn} NumberColumn instance
             * @type {{
             *   (properties: tidemark.v1.NumberColumn.$Shape): tidemark.v1.NumberColumn & tidemark.v1.NumberColumn.$Shape;
             *   (properties?: tidemark.v1.NumberColumn.$Properties): tidemark.v1.NumberColumn;
             * }}
             */
            NumberColumn.create = function(properties) {
                return new NumberColumn(properties);
            };

            /**
             * Encodes the specified NumberColumn message. Does not implicitly {@link tidemark.v1.NumberColumn.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.NumberColumn
             * @static
             * @param {tidemark.v1.NumberColumn.$Properties} message NumberColumn message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            NumberColumn.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.scale != null && $Object.hasOwnProperty.call(message, "scale") && message.scale !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.scale);
                if (message.decimal != null && $Object.hasOwnProperty.call(message, "decimal") && message.decimal.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.decimal);
                if (message.ieee != null && $Object.hasOwnProperty.call(message, "ieee") && message.ieee.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.ieee);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a NumberColumn message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.NumberColumn
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.NumberColumn & tidemark.v1.NumberColumn.$Shape} NumberColumn
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            NumberColumn.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.NumberColumn();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.scale = value;
                            else
                                delete message.scale;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.decimal = value;
                            else
                                delete message.decimal;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.ieee = value;
                            else
                                delete message.ieee;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return NumberColumn;
        })();

        v1.ValueColumn = (function() {

            /**
             * Properties of a ValueColumn.
             * @typedef {Object} tidemark.v1.ValueColumn.$Properties
             * @property {Uint8Array|null} [kinds] ValueColumn kinds
             * @property {tidemark.v1.NumberColumn.$Properties|null} [numbers] ValueColumn numbers
             * @property {Array.<string>|null} [texts] ValueColumn texts
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ValueColumn.
             * @memberof tidemark.v1
             * @interface IValueColumn
             * @augments tidemark.v1.ValueColumn.$Properties
             * @deprecated Use tidemark.v1.ValueColumn.$Properties instead.
             */

            /**
             * Shape of a ValueColumn.
             * @typedef {tidemark.v1.ValueColumn.$Properties} tidemark.v1.ValueColumn.$Shape
             */

            /**
             * Constructs a new ValueColumn.
             * @memberof tidemark.v1
             * @classdesc Represents a ValueColumn.
             * @constructor
             * @param {tidemark.v1.ValueColumn.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ValueColumn = function (properties) {
                this.texts = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ValueColumn kinds.
             * @member {Uint8Array} kinds
             * @memberof tidemark.v1.ValueColumn
             * @instance
             */
            ValueColumn.prototype.kinds = $util.newBuffer([]);

            /**
             * ValueColumn numbers.
             * @member {tidemark.v1.NumberColumn.$Properties|null|undefined} numbers
             * @memberof tidemark.v1.ValueColumn
             * @instance
             */
            ValueColumn.prototype.numbers = null;

            /**
             * ValueColumn texts.
             * @member {Array.<string>} texts
             * @memberof tidemark.v1.ValueColumn
             * @instance
             */
            ValueColumn.prototype.texts = $util.emptyArray;

            /**
             * Creates a new ValueColumn instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.ValueColumn
             * @static
             * @param {tidemark.v1.ValueColumn.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.ValueColumn} ValueColumn instance
             * @type {{
             *   (properties: tidemark.v1.ValueColumn.$Shape): tidemark.v1.ValueColumn & tidemark.v1.ValueColumn.$Shape;
             *   (properties?: tidemark.v1.ValueColumn.$Properties): tidemark.v1.ValueColumn;
             * }}
             */
            ValueColumn.create = function(properties) {
                return new ValueColumn(properties);
            };

            /**
             * Encodes the specified ValueColumn message. Does not implicitly {@link tidemark.v1.ValueColumn.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.ValueColumn
             * @static
             * @param {tidemark.v1.ValueColumn.$Properties} message ValueColumn message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ValueColumn.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.kinds != null && $Object.hasOwnProperty.call(message, "kinds") && message.kinds.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.kinds);
                if (message.numbers != null && $Object.hasOwnProperty.call(message, "numbers"))
                    $root.tidemark.v1.NumberColumn.encode(message.numbers, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.texts != null && message.texts.length)
                    for (let i = 0; i < message.texts.length; ++i)
                        writer.uint32(/* id 3, wireType 2 =*/26).string(message.texts[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ValueColumn message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.ValueColumn
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.ValueColumn & tidemark.v1.ValueColumn.$Shape} ValueColumn
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ValueColumn.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.ValueColumn();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.kinds = value;
                            else
                                delete message.kinds;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.numbers = $root.tidemark.v1.NumberColumn.decode(reader, reader.size(), $undefined, _depth + 1, message.numbers);
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.texts && message.texts.length))
                                message.texts = [];
                            message.texts.push(reader.stringVerify());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ValueColumn;
        })();

        v1.Ledger = (function() {

            /**
             * Properties of a Ledger.
             * @typedef {Object} tidemark.v1.Ledger.$Properties
             * @property {number|null} [readings] Ledger readings
             * @property {number|null} [redelivered] Ledger redelivered
             * @property {Object.<string,number>|null} [deadLetters] Ledger deadLetters
             * @property {Object.<string,number>|null} [discards] Ledger discards
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Ledger.
             * @memberof tidemark.v1
             * @interface ILedger
             * @augments tidemark.v1.Ledger.$Properties
             * @deprecated Use tidemark.v1.Ledger.$Properties instead.
             */

            /**
             * Shape of a Ledger.
             * @typedef {tidemark.v1.Ledger.$Properties} tidemark.v1.Ledger.$Shape
             */

            /**
             * Constructs a new Ledger.
             * @memberof tidemark.v1
             * @classdesc Represents a Ledger.
             * @constructor
             * @param {tidemark.v1.Ledger.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Ledger = function (properties) {
                this.deadLetters = {};
                this.discards = {};
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Ledger readings.
             * @member {number} readings
             * @memberof tidemark.v1.Ledger
             * @instance
             */
            Ledger.prototype.readings = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Ledger redelivered.
             * @member {number} redelivered
             * @memberof tidemark.v1.Ledger
             * @instance
             */
            Ledger.prototype.redelivered = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Ledger deadLetters.
             * @member {Object.<string,number>} deadLetters
             * @memberof tidemark.v1.Ledger
             * @instance
             */
            Ledger.prototype.deadLetters = $util.emptyObject;

            /**
             * Ledger discards.
             * @member {Object.<string,number>} discards
             * @memberof tidemark.v1.Ledger
             * @instance
             */
            Ledger.prototype.discards = $util.emptyObject;

            /**
             * Creates a new Ledger instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.Ledger
             * @static
             * @param {tidemark.v1.Ledger.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.Ledger} Ledger instance
             * @type {{
             *   (properties: tidemark.v1.Ledger.$Shape): tidemark.v1.Ledger & tidemark.v1.Ledger.$Shape;
             *   (properties?: tidemark.v1.Ledger.$Properties): tidemark.v1.Ledger;
             * }}
             */
            Ledger.create = function(properties) {
                return new Ledger(properties);
            };

            /**
             * Encodes the specified Ledger message. Does not implicitly {@link tidemark.v1.Ledger.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.Ledger
             * @static
             * @param {tidemark.v1.Ledger.$Properties} message Ledger message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Ledger.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.readings != null && $Object.hasOwnProperty.call(message, "readings") && (typeof message.readings === "object" ? message.readings.low || message.readings.high : message.readings !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.readings);
                if (message.redelivered != null && $Object.hasOwnProperty.call(message, "redelivered") && (typeof message.redelivered === "object" ? message.redelivered.low || message.redelivered.high : message.redelivered !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.redelivered);
                if (message.deadLetters != null && $Object.hasOwnProperty.call(message, "deadLetters"))
                    for (let keys = $Object.keys(message.deadLetters), i = 0; i < keys.length; ++i)
                        writer.uint32(/* id 3, wireType 2 =*/26).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 0 =*/16).uint64(message.deadLetters[keys[i]]).ldelim();
                if (message.discards != null && $Object.hasOwnProperty.call(message, "discards"))
                    for (let keys = $Object.keys(message.discards), i = 0; i < keys.length; ++i)
                        writer.uint32(/* id 4, wireType 2 =*/34).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 0 =*/16).uint64(message.discards[keys[i]]).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Ledger message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.Ledger
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.Ledger & tidemark.v1.Ledger.$Shape} Ledger
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Ledger.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, key, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.Ledger();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.readings = value;
                            else
                                delete message.readings;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.redelivered = value;
                            else
                                delete message.redelivered;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (message.deadLetters === $util.emptyObject)
                                message.deadLetters = {};
                            let end2 = reader.size() + reader.pos;
                            if (end2 > reader.len)
                                throw $RangeError("index out of range");
                            reader.len = end2;
                            key = "";
                            value = $util.Long ? $util.Long.fromNumber(0, true) : 0;
                            while (reader.pos < end2) {
                                let tag2 = reader.tag();
                                wireType = tag2 & 7;
                                switch (tag2 >>>= 3) {
                                case 1:
                                    if (wireType !== 2)
                                        break;
                                    key = reader.stringVerify();
                                    continue;
                                case 2:
                                    if (wireType !== 0)
                                        break;
                                    value = reader.uint64();
                                    continue;
                                }
                                reader.skipType(wireType, _depth, tag2);
                            }
                            if (reader.pos !== end2)
                                throw $RangeError("index out of range");
                            reader.len = end;
                            if (key === "__proto__")
                                $util.makeProp(message.deadLetters, key);
                            message.deadLetters[key] = value;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (message.discards === $util.emptyObject)
                                message.discards = {};
                            let end2 = reader.size() + reader.pos;
                            if (end2 > reader.len)
                                throw $RangeError("index out of range");
                            reader.len = end2;
                            key = "";
                            value = $util.Long ? $util.Long.fromNumber(0, true) : 0;
                            while (reader.pos < end2) {
                                let tag2 = reader.tag();
                                wireType = tag2 & 7;
                                switch (tag2 >>>= 3) {
                                case 1:
                                    if (wireType !== 2)
                                        break;
                                    key = reader.stringVerify();
                                    continue;
                                case 2:
                                    if (wireType !== 0)
                                        break;
                                    value = reader.uint64();
                                    continue;
                                }
                                reader.skipType(wireType, _depth, tag2);
                            }
                            if (reader.pos !== end2)
                                throw $RangeError("index out of range");
                            reader.len = end;
                            if (key === "__proto__")
                                $util.makeProp(message.discards, key);
                            message.discards[key] = value;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Ledger;
        })();

        v1.OperatorCommand = (function() {

            /**
             * Properties of an OperatorCommand.
             * @typedef {Object} tidemark.v1.OperatorCommand.$Properties
             * @property {number|null} [hlc] OperatorCommand hlc
             * @property {string|null} [reason] OperatorCommand reason
             * @property {string|null} [actor] OperatorCommand actor
             * @property {tidemark.v1.WindowColumns.$Properties|null} [override] OperatorCommand override
             * @property {tidemark.v1.WindowColumns.$Properties|null} [backfillReplace] OperatorCommand backfillReplace
             * @property {tidemark.v1.WindowColumns.$Properties|null} [backfillFill] OperatorCommand backfillFill
             * @property {tidemark.v1.ClearCommand.$Properties|null} [clear] OperatorCommand clear
             * @property {string|null} [eraseDevice] OperatorCommand eraseDevice
             * @property {tidemark.v1.SetMemberCommand.$Properties|null} [setMember] OperatorCommand setMember
             * @property {tidemark.v1.KeepGatewayCommand.$Properties|null} [keepGateway] OperatorCommand keepGateway
             * @property {"override"|"backfillReplace"|"backfillFill"|"clear"|"eraseDevice"|"setMember"|"keepGateway"} [command] OperatorCommand command
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an OperatorCommand.
             * @memberof tidemark.v1
             * @interface IOperatorCommand
             * @augments tidemark.v1.OperatorCommand.$Properties
             * @deprecated Use tidemark.v1.OperatorCommand.$Properties instead.
             */

            /**
             * Narrowed shape of an OperatorCommand.
             * @typedef {{
             *   hlc?: number|null;
             *   reason?: string|null;
             *   actor?: string|null;
             *   override?: tidemark.v1.WindowColumns.$Shape|null;
             *   backfillReplace?: tidemark.v1.WindowColumns.$Shape|null;
             *   backfillFill?: tidemark.v1.WindowColumns.$Shape|null;
             *   clear?: tidemark.v1.ClearCommand.$Shape|null;
             *   eraseDevice?: string|null;
             *   setMember?: tidemark.v1.SetMemberCommand.$Shape|null;
             *   keepGateway?: tidemark.v1.KeepGatewayCommand.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ command?: undefined; override?: null; backfillReplace?: null; backfillFill?: null; clear?: null; eraseDevice?: null; setMember?: null; keepGateway?: null }|{ command?: "override"; override: tidemark.v1.WindowColumns.$Shape; backfillReplace?: null; backfillFill?: null; clear?: null; eraseDevice?: null; setMember?: null; keepGateway?: null }|{ command?: "backfillReplace"; override?: null; backfillReplace: tidemark.v1.WindowColumns.$Shape; backfillFill?: null; clear?: null; eraseDevice?: null; setMember?: null; keepGateway?: null }|{ command?: "backfillFill"; override?: null; backfillReplace?: null; backfillFill: tidemark.v1.WindowColumns.$Shape; clear?: null; eraseDevice?: null; setMember?: null; keepGateway?: null }|{ command?: "clear"; override?: null; backfillReplace?: null; backfillFill?: null; clear: tidemark.v1.ClearCommand.$Shape; eraseDevice?: null; setMember?: null; keepGateway?: null }|{ command?: "eraseDevice"; override?: null; backfillReplace?: null; backfillFill?: null; clear?: null; eraseDevice: string; setMember?: null; keepGateway?: null }|{ command?: "setMember"; override?: null; backfillReplace?: null; backfillFill?: null; clear?: null; eraseDevice?: null; setMember: tidemark.v1.SetMemberCommand.$Shape; keepGateway?: null }|{ command?: "keepGateway"; override?: null; backfillReplace?: null; backfillFill?: null; clear?: null; eraseDevice?: null; setMember?: null; keepGateway: tidemark.v1.KeepGatewayCommand.$Shape })
             * )} tidemark.v1.OperatorCommand.$Shape
             */

            /**
             * Constructs a new OperatorCommand.
             * @memberof tidemark.v1
             * @classdesc Represents an OperatorCommand.
             * @constructor
             * @param {tidemark.v1.OperatorCommand.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const OperatorCommand = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * OperatorCommand hlc.
             * @member {number} hlc
             * @memberof tidemark.v1.OperatorCommand
             * @instance
             */
            OperatorCommand.prototype.hlc = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * OperatorCommand reason.
             * @member {string} reason
             * @memberof tidemark.v1.OperatorCommand
             * @instance
             */
            OperatorCommand.prototype.reason = "";

            /**
             * OperatorCommand actor.
             * @member {string} actor
             * @memberof tidemark.v1.OperatorCommand
             * @instance
             */
            OperatorCommand.prototype.actor = "";

            /**
             * OperatorCommand override.
             * @member {tidemark.v1.WindowColumns.$Properties|null|undefined} override
             * @memberof tidemark.v1.OperatorCommand
             * @instance
             */
            OperatorCommand.prototype.override = null;

            /**
             * OperatorCommand backfillReplace.
             * @member {tidemark.v1.WindowColumns.$Properties|null|undefined} backfillReplace
             * @memberof tidemark.v1.OperatorCommand
             * @instance
             */
            OperatorCommand.prototype.backfillReplace = null;

            /**
             * OperatorCommand backfillFill.
             * @member {tidemark.v1.WindowColumns.$Properties|null|undefined} backfillFill
             * @memberof tidemark.v1.OperatorCommand
             * @instance
             */
            OperatorCommand.prototype.backfillFill = null;

            /**
             * OperatorCommand clear.
             * @member {tidemark.v1.ClearCommand.$Properties|null|undefined} clear
             * @memberof tidemark.v1.OperatorCommand
             * @instance
             */
            OperatorCommand.prototype.clear = null;

            /**
             * OperatorCommand eraseDevice.
             * @member {string|null|undefined} eraseDevice
             * @memberof tidemark.v1.OperatorCommand
             * @instance
             */
            OperatorCommand.prototype.eraseDevice = null;

            /**
             * OperatorCommand setMember.
             * @member {tidemark.v1.SetMemberCommand.$Properties|null|undefined} setMember
             * @memberof tidemark.v1.OperatorCommand
             * @instance
             */
            OperatorCommand.prototype.setMember = null;

            /**
             * OperatorCommand keepGateway.
             * @member {tidemark.v1.KeepGatewayCommand.$Properties|null|undefined} keepGateway
             * @memberof tidemark.v1.OperatorCommand
             * @instance
             */
            OperatorCommand.prototype.keepGateway = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * OperatorCommand command.
             * @member {"override"|"backfillReplace"|"backfillFill"|"clear"|"eraseDevice"|"setMember"|"keepGateway"|undefined} command
             * @memberof tidemark.v1.OperatorCommand
             * @instance
             */
            $Object.defineProperty(OperatorCommand.prototype, "command", {
                get: $util.oneOfGetter($oneOfFields = ["override", "backfillReplace", "backfillFill", "clear", "eraseDevice", "setMember", "keepGateway"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new OperatorCommand instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.OperatorCommand
             * @static
             * @param {tidemark.v1.OperatorCommand.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.OperatorCommand} OperatorCommand instance
             * @type {{
             *   (properties: tidemark.v1.OperatorCommand.$Shape): tidemark.v1.OperatorCommand & tidemark.v1.OperatorCommand.$Shape;
             *   (properties?: tidemark.v1.OperatorCommand.$Properties): tidemark.v1.OperatorCommand;
             * }}
             */
            OperatorCommand.create = function(properties) {
                return new OperatorCommand(properties);
            };

            /**
             * Encodes the specified OperatorCommand message. Does not implicitly {@link tidemark.v1.OperatorCommand.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.OperatorCommand
             * @static
             * @param {tidemark.v1.OperatorCommand.$Properties} message OperatorCommand message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            OperatorCommand.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hlc != null && $Object.hasOwnProperty.call(message, "hlc") && (typeof message.hlc === "object" ? message.hlc.low || message.hlc.high : message.hlc !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.hlc);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.reason);
                if (message.actor != null && $Object.hasOwnProperty.call(message, "actor") && message.actor !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.actor);
                if (message.override != null && $Object.hasOwnProperty.call(message, "override"))
                    $root.tidemark.v1.WindowColumns.encode(message.override, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.backfillReplace != null && $Object.hasOwnProperty.call(message, "backfillReplace"))
                    $root.tidemark.v1.WindowColumns.encode(message.backfillReplace, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.backfillFill != null && $Object.hasOwnProperty.call(message, "backfillFill"))
                    $root.tidemark.v1.WindowColumns.encode(message.backfillFill, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.clear != null && $Object.hasOwnProperty.call(message, "clear"))
                    $root.tidemark.v1.ClearCommand.encode(message.clear, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.eraseDevice != null && $Object.hasOwnProperty.call(message, "eraseDevice"))
                    writer.uint32(/* id 8, wireType 2 =*/66).string(message.eraseDevice);
                if (message.setMember != null && $Object.hasOwnProperty.call(message, "setMember"))
                    $root.tidemark.v1.SetMemberCommand.encode(message.setMember, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.keepGateway != null && $Object.hasOwnProperty.call(message, "keepGateway"))
                    $root.tidemark.v1.KeepGatewayCommand.encode(message.keepGateway, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an OperatorCommand message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.OperatorCommand
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.OperatorCommand & tidemark.v1.OperatorCommand.$Shape} OperatorCommand
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            OperatorCommand.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.OperatorCommand();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.hlc = value;
                            else
                                delete message.hlc;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.actor = value;
                            else
                                delete message.actor;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.override = $root.tidemark.v1.WindowColumns.decode(reader, reader.size(), $undefined, _depth + 1, message.override);
                            message.command = "override";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.backfillReplace = $root.tidemark.v1.WindowColumns.decode(reader, reader.size(), $undefined, _depth + 1, message.backfillReplace);
                            message.command = "backfillReplace";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.backfillFill = $root.tidemark.v1.WindowColumns.decode(reader, reader.size(), $undefined, _depth + 1, message.backfillFill);
                            message.command = "backfillFill";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.clear = $root.tidemark.v1.ClearCommand.decode(reader, reader.size(), $undefined, _depth + 1, message.clear);
                            message.command = "clear";
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.eraseDevice = reader.stringVerify();
                            message.command = "eraseDevice";
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.setMember = $root.tidemark.v1.SetMemberCommand.decode(reader, reader.size(), $undefined, _depth + 1, message.setMember);
                            message.command = "setMember";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.keepGateway = $root.tidemark.v1.KeepGatewayCommand.decode(reader, reader.size(), $undefined, _depth + 1, message.keepGateway);
                            message.command = "keepGateway";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return OperatorCommand;
        })();

        v1.ClearCommand = (function() {

            /**
             * Properties of a ClearCommand.
             * @typedef {Object} tidemark.v1.ClearCommand.$Properties
             * @property {number|null} [series] ClearCommand series
             * @property {number|null} [windowMs] ClearCommand windowMs
             * @property {number|null} [windowStartMs] ClearCommand windowStartMs
             * @property {number|null} [rank] ClearCommand rank
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ClearCommand.
             * @memberof tidemark.v1
             * @interface IClearCommand
             * @augments tidemark.v1.ClearCommand.$Properties
             * @deprecated Use tidemark.v1.ClearCommand.$Properties instead.
             */

            /**
             * Shape of a ClearCommand.
             * @typedef {tidemark.v1.ClearCommand.$Properties} tidemark.v1.ClearCommand.$Shape
             */

            /**
             * Constructs a new ClearCommand.
             * @memberof tidemark.v1
             * @classdesc Represents a ClearCommand.
             * @constructor
             * @param {tidemark.v1.ClearCommand.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ClearCommand = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ClearCommand series.
             * @member {number} series
             * @memberof tidemark.v1.ClearCommand
             * @instance
             */
            ClearCommand.prototype.series = 0;

            /**
             * ClearCommand windowMs.
             * @member {number} windowMs
             * @memberof tidemark.v1.ClearCommand
             * @instance
             */
            ClearCommand.prototype.windowMs = 0;

            /**
             * ClearCommand windowStartMs.
             * @member {number} windowStartMs
             * @memberof tidemark.v1.ClearCommand
             * @instance
             */
            ClearCommand.prototype.windowStartMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * ClearCommand rank.
             * @member {number} rank
             * @memberof tidemark.v1.ClearCommand
             * @instance
             */
            ClearCommand.prototype.rank = 0;

            /**
             * Creates a new ClearCommand instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.ClearCommand
             * @static
             * @param {tidemark.v1.ClearCommand.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.ClearCommand} ClearCommand instance
             * @type {{
             *   (properties: tidemark.v1.ClearCommand.$Shape): tidemark.v1.ClearCommand & tidemark.v1.ClearCommand.$Shape;
             *   (properties?: tidemark.v1.ClearCommand.$Properties): tidemark.v1.ClearCommand;
             * }}
             */
            ClearCommand.create = function(properties) {
                return new ClearCommand(properties);
            };

            /**
             * Encodes the specified ClearCommand message. Does not implicitly {@link tidemark.v1.ClearCommand.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.ClearCommand
             * @static
             * @param {tidemark.v1.ClearCommand.$Properties} message ClearCommand message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ClearCommand.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.series != null && $Object.hasOwnProperty.call(message, "series") && message.series !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.series);
                if (message.windowMs != null && $Object.hasOwnProperty.call(message, "windowMs") && message.windowMs !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.windowMs);
                if (message.windowStartMs != null && $Object.hasOwnProperty.call(message, "windowStartMs") && (typeof message.windowStartMs === "object" ? message.windowStartMs.low || message.windowStartMs.high : message.windowStartMs !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).int64(message.windowStartMs);
                if (message.rank != null && $Object.hasOwnProperty.call(message, "rank") && message.rank !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.rank);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ClearCommand message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.ClearCommand
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.ClearCommand & tidemark.v1.ClearCommand.$Shape} ClearCommand
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ClearCommand.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.ClearCommand();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.series = value;
                            else
                                delete message.series;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.windowMs = value;
                            else
                                delete message.windowMs;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.windowStartMs = value;
                            else
                                delete message.windowStartMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.rank = value;
                            else
                                delete message.rank;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ClearCommand;
        })();

        v1.KeepGatewayCommand = (function() {

            /**
             * Properties of a KeepGatewayCommand.
             * @typedef {Object} tidemark.v1.KeepGatewayCommand.$Properties
             * @property {string|null} [gateway] KeepGatewayCommand gateway
             * @property {Uint8Array|null} [life] KeepGatewayCommand life
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a KeepGatewayCommand.
             * @memberof tidemark.v1
             * @interface IKeepGatewayCommand
             * @augments tidemark.v1.KeepGatewayCommand.$Properties
             * @deprecated Use tidemark.v1.KeepGatewayCommand.$Properties instead.
             */

            /**
             * Shape of a KeepGatewayCommand.
             * @typedef {tidemark.v1.KeepGatewayCommand.$Properties} tidemark.v1.KeepGatewayCommand.$Shape
             */

            /**
             * Constructs a new KeepGatewayCommand.
             * @memberof tidemark.v1
             * @classdesc Represents a KeepGatewayCommand.
             * @constructor
             * @param {tidemark.v1.KeepGatewayCommand.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const KeepGatewayCommand = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * KeepGatewayCommand gateway.
             * @member {string} gateway
             * @memberof tidemark.v1.KeepGatewayCommand
             * @instance
             */
            KeepGatewayCommand.prototype.gateway = "";

            /**
             * KeepGatewayCommand life.
             * @member {Uint8Array} life
             * @memberof tidemark.v1.KeepGatewayCommand
             * @instance
             */
            KeepGatewayCommand.prototype.life = $util.newBuffer([]);

            /**
             * Creates a new KeepGatewayCommand instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.KeepGatewayCommand
             * @static
             * @param {tidemark.v1.KeepGatewayCommand.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.KeepGatewayCommand} KeepGatewayCommand instance
             * @type {{
             *   (properties: tidemark.v1.KeepGatewayCommand.$Shape): tidemark.v1.KeepGatewayCommand & tidemark.v1.KeepGatewayCommand.$Shape;
             *   (properties?: tidemark.v1.KeepGatewayCommand.$Properties): tidemark.v1.KeepGatewayCommand;
             * }}
             */
            KeepGatewayCommand.create = function(properties) {
                return new KeepGatewayCommand(properties);
            };

            /**
             * Encodes the specified KeepGatewayCommand message. Does not implicitly {@link tidemark.v1.KeepGatewayCommand.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.KeepGatewayCommand
             * @static
             * @param {tidemark.v1.KeepGatewayCommand.$Properties} message KeepGatewayCommand message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            KeepGatewayCommand.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.gateway != null && $Object.hasOwnProperty.call(message, "gateway") && message.gateway !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.gateway);
                if (message.life != null && $Object.hasOwnProperty.call(message, "life") && message.life.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.life);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a KeepGatewayCommand message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.KeepGatewayCommand
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.KeepGatewayCommand & tidemark.v1.KeepGatewayCommand.$Shape} KeepGatewayCommand
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            KeepGatewayCommand.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.KeepGatewayCommand();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.gateway = value;
                            else
                                delete message.gateway;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.life = value;
                            else
                                delete message.life;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return KeepGatewayCommand;
        })();

        v1.SetMemberCommand = (function() {

            /**
             * Properties of a SetMemberCommand.
             * @typedef {Object} tidemark.v1.SetMemberCommand.$Properties
             * @property {string|null} [region] SetMemberCommand region
             * @property {number|null} [state] SetMemberCommand state
             * @property {string|null} [url] SetMemberCommand url
             * @property {string|null} [gatewayUrl] SetMemberCommand gatewayUrl
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SetMemberCommand.
             * @memberof tidemark.v1
             * @interface ISetMemberCommand
             * @augments tidemark.v1.SetMemberCommand.$Properties
             * @deprecated Use tidemark.v1.SetMemberCommand.$Properties instead.
             */

            /**
             * Shape of a SetMemberCommand.
             * @typedef {tidemark.v1.SetMemberCommand.$Properties} tidemark.v1.SetMemberCommand.$Shape
             */

            /**
             * Constructs a new SetMemberCommand.
             * @memberof tidemark.v1
             * @classdesc Represents a SetMemberCommand.
             * @constructor
             * @param {tidemark.v1.SetMemberCommand.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SetMemberCommand = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SetMemberCommand region.
             * @member {string} region
             * @memberof tidemark.v1.SetMemberCommand
             * @instance
             */
            SetMemberCommand.prototype.region = "";

            /**
             * SetMemberCommand state.
             * @member {number} state
             * @memberof tidemark.v1.SetMemberCommand
             * @instance
             */
            SetMemberCommand.prototype.state = 0;

            /**
             * SetMemberCommand url.
             * @member {string} url
             * @memberof tidemark.v1.SetMemberCommand
             * @instance
             */
            SetMemberCommand.prototype.url = "";

            /**
             * SetMemberCommand gatewayUrl.
             * @member {string} gatewayUrl
             * @memberof tidemark.v1.SetMemberCommand
             * @instance
             */
            SetMemberCommand.prototype.gatewayUrl = "";

            /**
             * Creates a new SetMemberCommand instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.SetMemberCommand
             * @static
             * @param {tidemark.v1.SetMemberCommand.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.SetMemberCommand} SetMemberCommand instance
             * @type {{
             *   (properties: tidemark.v1.SetMemberCommand.$Shape): tidemark.v1.SetMemberCommand & tidemark.v1.SetMemberCommand.$Shape;
             *   (properties?: tidemark.v1.SetMemberCommand.$Properties): tidemark.v1.SetMemberCommand;
             * }}
             */
            SetMemberCommand.create = function(properties) {
                return new SetMemberCommand(properties);
            };

            /**
             * Encodes the specified SetMemberCommand message. Does not implicitly {@link tidemark.v1.SetMemberCommand.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.SetMemberCommand
             * @static
             * @param {tidemark.v1.SetMemberCommand.$Properties} message SetMemberCommand message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SetMemberCommand.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.region != null && $Object.hasOwnProperty.call(message, "region") && message.region !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.region);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.state);
                if (message.url != null && $Object.hasOwnProperty.call(message, "url") && message.url !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.url);
                if (message.gatewayUrl != null && $Object.hasOwnProperty.call(message, "gatewayUrl") && message.gatewayUrl !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.gatewayUrl);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SetMemberCommand message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.SetMemberCommand
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.SetMemberCommand & tidemark.v1.SetMemberCommand.$Shape} SetMemberCommand
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SetMemberCommand.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.SetMemberCommand();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.region = value;
                            else
                                delete message.region;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.url = value;
                            else
                                delete message.url;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.gatewayUrl = value;
                            else
                                delete message.gatewayUrl;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SetMemberCommand;
        })();

        v1.GatewayFrame = (function() {

            /**
             * Properties of a GatewayFrame.
             * @typedef {Object} tidemark.v1.GatewayFrame.$Properties
             * @property {tidemark.v1.Hello.$Properties|null} [hello] GatewayFrame hello
             * @property {tidemark.v1.Batch.$Properties|null} [batch] GatewayFrame batch
             * @property {tidemark.v1.Void.$Properties|null} ["void"] GatewayFrame void
             * @property {tidemark.v1.Alive.$Properties|null} [alive] GatewayFrame alive
             * @property {"hello"|"batch"|"void"|"alive"} [kind] GatewayFrame kind
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a GatewayFrame.
             * @memberof tidemark.v1
             * @interface IGatewayFrame
             * @augments tidemark.v1.GatewayFrame.$Properties
             * @deprecated Use tidemark.v1.GatewayFrame.$Properties instead.
             */

            /**
             * Narrowed shape of a GatewayFrame.
             * @typedef {{
             *   hello?: tidemark.v1.Hello.$Shape|null;
             *   batch?: tidemark.v1.Batch.$Shape|null;
             *   "void"?: tidemark.v1.Void.$Shape|null;
             *   alive?: tidemark.v1.Alive.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ kind?: undefined; hello?: null; batch?: null; "void"?: null; alive?: null }|{ kind?: "hello"; hello: tidemark.v1.Hello.$Shape; batch?: null; "void"?: null; alive?: null }|{ kind?: "batch"; hello?: null; batch: tidemark.v1.Batch.$Shape; "void"?: null; alive?: null }|{ kind?: "void"; hello?: null; batch?: null; "void": tidemark.v1.Void.$Shape; alive?: null }|{ kind?: "alive"; hello?: null; batch?: null; "void"?: null; alive: tidemark.v1.Alive.$Shape })
             * )} tidemark.v1.GatewayFrame.$Shape
             */

            /**
             * Constructs a new GatewayFrame.
             * @memberof tidemark.v1
             * @classdesc Represents a GatewayFrame.
             * @constructor
             * @param {tidemark.v1.GatewayFrame.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const GatewayFrame = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * GatewayFrame hello.
             * @member {tidemark.v1.Hello.$Properties|null|undefined} hello
             * @memberof tidemark.v1.GatewayFrame
             * @instance
             */
            GatewayFrame.prototype.hello = null;

            /**
             * GatewayFrame batch.
             * @member {tidemark.v1.Batch.$Properties|null|undefined} batch
             * @memberof tidemark.v1.GatewayFrame
             * @instance
             */
            GatewayFrame.prototype.batch = null;

            /**
             * GatewayFrame void.
             * @member {tidemark.v1.Void.$Properties|null|undefined} void
             * @memberof tidemark.v1.GatewayFrame
             * @instance
             */
            GatewayFrame.prototype["void"] = null;

            /**
             * GatewayFrame alive.
             * @member {tidemark.v1.Alive.$Properties|null|undefined} alive
             * @memberof tidemark.v1.GatewayFrame
             * @instance
             */
            GatewayFrame.prototype.alive = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * GatewayFrame kind.
             * @member {"hello"|"batch"|"void"|"alive"|undefined} kind
             * @memberof tidemark.v1.GatewayFrame
             * @instance
             */
            $Object.defineProperty(GatewayFrame.prototype, "kind", {
                get: $util.oneOfGetter($oneOfFields = ["hello", "batch", "void", "alive"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new GatewayFrame instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.GatewayFrame
             * @static
             * @param {tidemark.v1.GatewayFrame.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.GatewayFrame} GatewayFrame instance
             * @type {{
             *   (properties: tidemark.v1.GatewayFrame.$Shape): tidemark.v1.GatewayFrame & tidemark.v1.GatewayFrame.$Shape;
             *   (properties?: tidemark.v1.GatewayFrame.$Properties): tidemark.v1.GatewayFrame;
             * }}
             */
            GatewayFrame.create = function(properties) {
                return new GatewayFrame(properties);
            };

            /**
             * Encodes the specified GatewayFrame message. Does not implicitly {@link tidemark.v1.GatewayFrame.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.GatewayFrame
             * @static
             * @param {tidemark.v1.GatewayFrame.$Properties} message GatewayFrame message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            GatewayFrame.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hello != null && $Object.hasOwnProperty.call(message, "hello"))
                    $root.tidemark.v1.Hello.encode(message.hello, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.batch != null && $Object.hasOwnProperty.call(message, "batch"))
                    $root.tidemark.v1.Batch.encode(message.batch, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message["void"] != null && $Object.hasOwnProperty.call(message, "void"))
                    $root.tidemark.v1.Void.encode(message["void"], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.alive != null && $Object.hasOwnProperty.call(message, "alive"))
                    $root.tidemark.v1.Alive.encode(message.alive, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a GatewayFrame message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.GatewayFrame
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.GatewayFrame & tidemark.v1.GatewayFrame.$Shape} GatewayFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            GatewayFrame.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.GatewayFrame();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.hello = $root.tidemark.v1.Hello.decode(reader, reader.size(), $undefined, _depth + 1, message.hello);
                            message.kind = "hello";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.batch = $root.tidemark.v1.Batch.decode(reader, reader.size(), $undefined, _depth + 1, message.batch);
                            message.kind = "batch";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message["void"] = $root.tidemark.v1.Void.decode(reader, reader.size(), $undefined, _depth + 1, message["void"]);
                            message.kind = "void";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.alive = $root.tidemark.v1.Alive.decode(reader, reader.size(), $undefined, _depth + 1, message.alive);
                            message.kind = "alive";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return GatewayFrame;
        })();

        v1.RegionFrame = (function() {

            /**
             * Properties of a RegionFrame.
             * @typedef {Object} tidemark.v1.RegionFrame.$Properties
             * @property {tidemark.v1.HelloAck.$Properties|null} [helloAck] RegionFrame helloAck
             * @property {tidemark.v1.Ack.$Properties|null} [ack] RegionFrame ack
             * @property {tidemark.v1.Drain.$Properties|null} [drain] RegionFrame drain
             * @property {tidemark.v1.Refusal.$Properties|null} [refusal] RegionFrame refusal
             * @property {"helloAck"|"ack"|"drain"|"refusal"} [kind] RegionFrame kind
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RegionFrame.
             * @memberof tidemark.v1
             * @interface IRegionFrame
             * @augments tidemark.v1.RegionFrame.$Properties
             * @deprecated Use tidemark.v1.RegionFrame.$Properties instead.
             */

            /**
             * Narrowed shape of a RegionFrame.
             * @typedef {{
             *   helloAck?: tidemark.v1.HelloAck.$Shape|null;
             *   ack?: tidemark.v1.Ack.$Shape|null;
             *   drain?: tidemark.v1.Drain.$Shape|null;
             *   refusal?: tidemark.v1.Refusal.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ kind?: undefined; helloAck?: null; ack?: null; drain?: null; refusal?: null }|{ kind?: "helloAck"; helloAck: tidemark.v1.HelloAck.$Shape; ack?: null; drain?: null; refusal?: null }|{ kind?: "ack"; helloAck?: null; ack: tidemark.v1.Ack.$Shape; drain?: null; refusal?: null }|{ kind?: "drain"; helloAck?: null; ack?: null; drain: tidemark.v1.Drain.$Shape; refusal?: null }|{ kind?: "refusal"; helloAck?: null; ack?: null; drain?: null; refusal: tidemark.v1.Refusal.$Shape })
             * )} tidemark.v1.RegionFrame.$Shape
             */

            /**
             * Constructs a new RegionFrame.
             * @memberof tidemark.v1
             * @classdesc Represents a RegionFrame.
             * @constructor
             * @param {tidemark.v1.RegionFrame.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RegionFrame = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RegionFrame helloAck.
             * @member {tidemark.v1.HelloAck.$Properties|null|undefined} helloAck
             * @memberof tidemark.v1.RegionFrame
             * @instance
             */
            RegionFrame.prototype.helloAck = null;

            /**
             * RegionFrame ack.
             * @member {tidemark.v1.Ack.$Properties|null|undefined} ack
             * @memberof tidemark.v1.RegionFrame
             * @instance
             */
            RegionFrame.prototype.ack = null;

            /**
             * RegionFrame drain.
             * @member {tidemark.v1.Drain.$Properties|null|undefined} drain
             * @memberof tidemark.v1.RegionFrame
             * @instance
             */
            RegionFrame.prototype.drain = null;

            /**
             * RegionFrame refusal.
             * @member {tidemark.v1.Refusal.$Properties|null|undefined} refusal
             * @memberof tidemark.v1.RegionFrame
             * @instance
             */
            RegionFrame.prototype.refusal = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * RegionFrame kind.
             * @member {"helloAck"|"ack"|"drain"|"refusal"|undefined} kind
             * @memberof tidemark.v1.RegionFrame
             * @instance
             */
            $Object.defineProperty(RegionFrame.prototype, "kind", {
                get: $util.oneOfGetter($oneOfFields = ["helloAck", "ack", "drain", "refusal"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new RegionFrame instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.RegionFrame
             * @static
             * @param {tidemark.v1.RegionFrame.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.RegionFrame} RegionFrame instance
             * @type {{
             *   (properties: tidemark.v1.RegionFrame.$Shape): tidemark.v1.RegionFrame & tidemark.v1.RegionFrame.$Shape;
             *   (properties?: tidemark.v1.RegionFrame.$Properties): tidemark.v1.RegionFrame;
             * }}
             */
            RegionFrame.create = function(properties) {
                return new RegionFrame(properties);
            };

            /**
             * Encodes the specified RegionFrame message. Does not implicitly {@link tidemark.v1.RegionFrame.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.RegionFrame
             * @static
             * @param {tidemark.v1.RegionFrame.$Properties} message RegionFrame message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RegionFrame.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.helloAck != null && $Object.hasOwnProperty.call(message, "helloAck"))
                    $root.tidemark.v1.HelloAck.encode(message.helloAck, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.ack != null && $Object.hasOwnProperty.call(message, "ack"))
                    $root.tidemark.v1.Ack.encode(message.ack, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.drain != null && $Object.hasOwnProperty.call(message, "drain"))
                    $root.tidemark.v1.Drain.encode(message.drain, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.refusal != null && $Object.hasOwnProperty.call(message, "refusal"))
                    $root.tidemark.v1.Refusal.encode(message.refusal, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RegionFrame message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.RegionFrame
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.RegionFrame & tidemark.v1.RegionFrame.$Shape} RegionFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RegionFrame.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.RegionFrame();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.helloAck = $root.tidemark.v1.HelloAck.decode(reader, reader.size(), $undefined, _depth + 1, message.helloAck);
                            message.kind = "helloAck";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.ack = $root.tidemark.v1.Ack.decode(reader, reader.size(), $undefined, _depth + 1, message.ack);
                            message.kind = "ack";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.drain = $root.tidemark.v1.Drain.decode(reader, reader.size(), $undefined, _depth + 1, message.drain);
                            message.kind = "drain";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.refusal = $root.tidemark.v1.Refusal.decode(reader, reader.size(), $undefined, _depth + 1, message.refusal);
                            message.kind = "refusal";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return RegionFrame;
        })();

        v1.Hello = (function() {

            /**
             * Properties of a Hello.
             * @typedef {Object} tidemark.v1.Hello.$Properties
             * @property {number|null} [protocol] Hello protocol
             * @property {string|null} [gateway] Hello gateway
             * @property {string|null} [software] Hello software
             * @property {Array.<tidemark.v1.StreamExtent.$Properties>|null} [streams] Hello streams
             * @property {string|null} [token] Hello token
             * @property {Uint8Array|null} [life] Hello life
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Hello.
             * @memberof tidemark.v1
             * @interface IHello
             * @augments tidemark.v1.Hello.$Properties
             * @deprecated Use tidemark.v1.Hello.$Properties instead.
             */

            /**
             * Shape of a Hello.
             * @typedef {tidemark.v1.Hello.$Properties} tidemark.v1.Hello.$Shape
             */

            /**
             * Constructs a new Hello.
             * @memberof tidemark.v1
             * @classdesc Represents a Hello.
             * @constructor
             * @param {tidemark.v1.Hello.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Hello = function (properties) {
                this.streams = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Hello protocol.
             * @member {number} protocol
             * @memberof tidemark.v1.Hello
             * @instance
             */
            Hello.prototype.protocol = 0;

            /**
             * Hello gateway.
             * @member {string} gateway
             * @memberof tidemark.v1.Hello
             * @instance
             */
            Hello.prototype.gateway = "";

            /**
             * Hello software.
             * @member {string} software
             * @memberof tidemark.v1.Hello
             * @instance
             */
            Hello.prototype.software = "";

            /**
             * Hello streams.
             * @member {Array.<tidemark.v1.StreamExtent.$Properties>} streams
             * @memberof tidemark.v1.Hello
             * @instance
             */
            Hello.prototype.streams = $util.emptyArray;

            /**
             * Hello token.
             * @member {string} token
             * @memberof tidemark.v1.Hello
             * @instance
             */
            Hello.prototype.token = "";

            /**
             * Hello life.
             * @member {Uint8Array} life
             * @memberof tidemark.v1.Hello
             * @instance
             */
            Hello.prototype.life = $util.newBuffer([]);

            /**
             * Creates a new Hello instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.Hello
             * @static
             * @param {tidemark.v1.Hello.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.Hello} Hello instance
             * @type {{
             *   (properties: tidemark.v1.Hello.$Shape): tidemark.v1.Hello & tidemark.v1.Hello.$Shape;
             *   (properties?: tidemark.v1.Hello.$Properties): tidemark.v1.Hello;
             * }}
             */
            Hello.create = function(properties) {
                return new Hello(properties);
            };

            /**
             * Encodes the specified Hello message. Does not implicitly {@link tidemark.v1.Hello.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.Hello
             * @static
             * @param {tidemark.v1.Hello.$Properties} message Hello message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Hello.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.protocol != null && $Object.hasOwnProperty.call(message, "protocol") && message.protocol !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.protocol);
                if (message.gateway != null && $Object.hasOwnProperty.call(message, "gateway") && message.gateway !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.gateway);
                if (message.software != null && $Object.hasOwnProperty.call(message, "software") && message.software !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.software);
                if (message.streams != null && message.streams.length)
                    for (let i = 0; i < message.streams.length; ++i)
                        $root.tidemark.v1.StreamExtent.encode(message.streams[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.token);
                if (message.life != null && $Object.hasOwnProperty.call(message, "life") && message.life.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.life);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.Hello
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.Hello & tidemark.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Hello.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.Hello();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.protocol = value;
                            else
                                delete message.protocol;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.gateway = value;
                            else
                                delete message.gateway;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.software = value;
                            else
                                delete message.software;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.streams && message.streams.length))
                                message.streams = [];
                            message.streams.push($root.tidemark.v1.StreamExtent.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.life = value;
                            else
                                delete message.life;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Hello;
        })();

        v1.StreamExtent = (function() {

            /**
             * Properties of a StreamExtent.
             * @typedef {Object} tidemark.v1.StreamExtent.$Properties
             * @property {Uint8Array|null} [streamId] StreamExtent streamId
             * @property {number|null} [first] StreamExtent first
             * @property {number|null} [last] StreamExtent last
             * @property {boolean|null} [closed] StreamExtent closed
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a StreamExtent.
             * @memberof tidemark.v1
             * @interface IStreamExtent
             * @augments tidemark.v1.StreamExtent.$Properties
             * @deprecated Use tidemark.v1.StreamExtent.$Properties instead.
             */

            /**
             * Shape of a StreamExtent.
             * @typedef {tidemark.v1.StreamExtent.$Properties} tidemark.v1.StreamExtent.$Shape
             */

            /**
             * Constructs a new StreamExtent.
             * @memberof tidemark.v1
             * @classdesc Represents a StreamExtent.
             * @constructor
             * @param {tidemark.v1.StreamExtent.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const StreamExtent = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * StreamExtent streamId.
             * @member {Uint8Array} streamId
             * @memberof tidemark.v1.StreamExtent
             * @instance
             */
            StreamExtent.prototype.streamId = $util.newBuffer([]);

            /**
             * StreamExtent first.
             * @member {number} first
             * @memberof tidemark.v1.StreamExtent
             * @instance
             */
            StreamExtent.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * StreamExtent last.
             * @member {number} last
             * @memberof tidemark.v1.StreamExtent
             * @instance
             */
            StreamExtent.prototype.last = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * StreamExtent closed.
             * @member {boolean} closed
             * @memberof tidemark.v1.StreamExtent
             * @instance
             */
            StreamExtent.prototype.closed = false;

            /**
             * Creates a new StreamExtent instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.StreamExtent
             * @static
             * @param {tidemark.v1.StreamExtent.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.StreamExtent} StreamExtent instance
             * @type {{
             *   (properties: tidemark.v1.StreamExtent.$Shape): tidemark.v1.StreamExtent & tidemark.v1.StreamExtent.$Shape;
             *   (properties?: tidemark.v1.StreamExtent.$Properties): tidemark.v1.StreamExtent;
             * }}
             */
            StreamExtent.create = function(properties) {
                return new StreamExtent(properties);
            };

            /**
             * Encodes the specified StreamExtent message. Does not implicitly {@link tidemark.v1.StreamExtent.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.StreamExtent
             * @static
             * @param {tidemark.v1.StreamExtent.$Properties} message StreamExtent message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            StreamExtent.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.streamId != null && $Object.hasOwnProperty.call(message, "streamId") && message.streamId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.streamId);
                if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.first);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last") && (typeof message.last === "object" ? message.last.low || message.last.high : message.last !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.last);
                if (message.closed != null && $Object.hasOwnProperty.call(message, "closed") && message.closed !== false)
                    writer.uint32(/* id 4, wireType 0 =*/32).bool(message.closed);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a StreamExtent message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.StreamExtent
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.StreamExtent & tidemark.v1.StreamExtent.$Shape} StreamExtent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            StreamExtent.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.StreamExtent();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.streamId = value;
                            else
                                delete message.streamId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.first = value;
                            else
                                delete message.first;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.last = value;
                            else
                                delete message.last;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.closed = value;
                            else
                                delete message.closed;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return StreamExtent;
        })();

        v1.HelloAck = (function() {

            /**
             * Properties of a HelloAck.
             * @typedef {Object} tidemark.v1.HelloAck.$Properties
             * @property {number|null} [protocol] HelloAck protocol
             * @property {string|null} [region] HelloAck region
             * @property {Uint8Array|null} [storeId] HelloAck storeId
             * @property {Uint8Array|null} [bootId] HelloAck bootId
             * @property {Array.<tidemark.v1.StreamHave.$Properties>|null} [durable] HelloAck durable
             * @property {Array.<tidemark.v1.StreamHave.$Properties>|null} [replicated] HelloAck replicated
             * @property {Array.<tidemark.v1.RegionAddress.$Properties>|null} [regions] HelloAck regions
             * @property {number|null} [creditBytes] HelloAck creditBytes
             * @property {number|null} [minCopies] HelloAck minCopies
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a HelloAck.
             * @memberof tidemark.v1
             * @interface IHelloAck
             * @augments tidemark.v1.HelloAck.$Properties
             * @deprecated Use tidemark.v1.HelloAck.$Properties instead.
             */

            /**
             * Shape of a HelloAck.
             * @typedef {tidemark.v1.HelloAck.$Properties} tidemark.v1.HelloAck.$Shape
             */

            /**
             * Constructs a new HelloAck.
             * @memberof tidemark.v1
             * @classdesc Represents a HelloAck.
             * @constructor
             * @param {tidemark.v1.HelloAck.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const HelloAck = function (properties) {
                this.durable = [];
                this.replicated = [];
                this.regions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * HelloAck protocol.
             * @member {number} protocol
             * @memberof tidemark.v1.HelloAck
             * @instance
             */
            HelloAck.prototype.protocol = 0;

            /**
             * HelloAck region.
             * @member {string} region
             * @memberof tidemark.v1.HelloAck
             * @instance
             */
            HelloAck.prototype.region = "";

            /**
             * HelloAck storeId.
             * @member {Uint8Array} storeId
             * @memberof tidemark.v1.HelloAck
             * @instance
             */
            HelloAck.prototype.storeId = $util.newBuffer([]);

            /**
             * HelloAck bootId.
             * @member {Uint8Array} bootId
             * @memberof tidemark.v1.HelloAck
             * @instance
             */
            HelloAck.prototype.bootId = $util.newBuffer([]);

            /**
             * HelloAck durable.
             * @member {Array.<tidemark.v1.StreamHave.$Properties>} durable
             * @memberof tidemark.v1.HelloAck
             * @instance
             */
            HelloAck.prototype.durable = $util.emptyArray;

            /**
             * HelloAck replicated.
             * @member {Array.<tidemark.v1.StreamHave.$Properties>} replicated
             * @memberof tidemark.v1.HelloAck
             * @instance
             */
            HelloAck.prototype.replicated = $util.emptyArray;

            /**
             * HelloAck regions.
             * @member {Array.<tidemark.v1.RegionAddress.$Properties>} regions
             * @memberof tidemark.v1.HelloAck
             * @instance
             */
            HelloAck.prototype.regions = $util.emptyArray;

            /**
             * HelloAck creditBytes.
             * @member {number} creditBytes
             * @memberof tidemark.v1.HelloAck
             * @instance
             */
            HelloAck.prototype.creditBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * HelloAck minCopies.
             * @member {number} minCopies
             * @memberof tidemark.v1.HelloAck
             * @instance
             */
            HelloAck.prototype.minCopies = 0;

            /**
             * Creates a new HelloAck instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.HelloAck
             * @static
             * @param {tidemark.v1.HelloAck.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.HelloAck} HelloAck instance
             * @type {{
             *   (properties: tidemark.v1.HelloAck.$Shape): tidemark.v1.HelloAck & tidemark.v1.HelloAck.$Shape;
             *   (properties?: tidemark.v1.HelloAck.$Properties): tidemark.v1.HelloAck;
             * }}
             */
            HelloAck.create = function(properties) {
                return new HelloAck(properties);
            };

            /**
             * Encodes the specified HelloAck message. Does not implicitly {@link tidemark.v1.HelloAck.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.HelloAck
             * @static
             * @param {tidemark.v1.HelloAck.$Properties} message HelloAck message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            HelloAck.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.protocol != null && $Object.hasOwnProperty.call(message, "protocol") && message.protocol !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.protocol);
                if (message.region != null && $Object.hasOwnProperty.call(message, "region") && message.region !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.region);
                if (message.storeId != null && $Object.hasOwnProperty.call(message, "storeId") && message.storeId.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.storeId);
                if (message.bootId != null && $Object.hasOwnProperty.call(message, "bootId") && message.bootId.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.bootId);
                if (message.durable != null && message.durable.length)
                    for (let i = 0; i < message.durable.length; ++i)
                        $root.tidemark.v1.StreamHave.encode(message.durable[i], writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.replicated != null && message.replicated.length)
                    for (let i = 0; i < message.replicated.length; ++i)
                        $root.tidemark.v1.StreamHave.encode(message.replicated[i], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.regions != null && message.regions.length)
                    for (let i = 0; i < message.regions.length; ++i)
                        $root.tidemark.v1.RegionAddress.encode(message.regions[i], writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.creditBytes != null && $Object.hasOwnProperty.call(message, "creditBytes") && (typeof message.creditBytes === "object" ? message.creditBytes.low || message.creditBytes.high : message.creditBytes !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.creditBytes);
                if (message.minCopies != null && $Object.hasOwnProperty.call(message, "minCopies") && message.minCopies !== 0)
                    writer.uint32(/* id 9, wireType 0 =*/72).uint32(message.minCopies);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a HelloAck message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.HelloAck
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.HelloAck & tidemark.v1.HelloAck.$Shape} HelloAck
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            HelloAck.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.HelloAck();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.protocol = value;
                            else
                                delete message.protocol;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.region = value;
                            else
                                delete message.region;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.storeId = value;
                            else
                                delete message.storeId;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.bootId = value;
                            else
                                delete message.bootId;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.durable && message.durable.length))
                                message.durable = [];
                            message.durable.push($root.tidemark.v1.StreamHave.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.replicated && message.replicated.length))
                                message.replicated = [];
                            message.replicated.push($root.tidemark.v1.StreamHave.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if (!(message.regions && message.regions.length))
                                message.regions = [];
                            message.regions.push($root.tidemark.v1.RegionAddress.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.creditBytes = value;
                            else
                                delete message.creditBytes;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.minCopies = value;
                            else
                                delete message.minCopies;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return HelloAck;
        })();

        v1.RegionAddress = (function() {

            /**
             * Properties of a RegionAddress.
             * @typedef {Object} tidemark.v1.RegionAddress.$Properties
             * @property {string|null} [name] RegionAddress name
             * @property {string|null} [url] RegionAddress url
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RegionAddress.
             * @memberof tidemark.v1
             * @interface IRegionAddress
             * @augments tidemark.v1.RegionAddress.$Properties
             * @deprecated Use tidemark.v1.RegionAddress.$Properties instead.
             */

            /**
             * Shape of a RegionAddress.
             * @typedef {tidemark.v1.RegionAddress.$Properties} tidemark.v1.RegionAddress.$Shape
             */

            /**
             * Constructs a new RegionAddress.
             * @memberof tidemark.v1
             * @classdesc Represents a RegionAddress.
             * @constructor
             * @param {tidemark.v1.RegionAddress.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RegionAddress = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RegionAddress name.
             * @member {string} name
             * @memberof tidemark.v1.RegionAddress
             * @instance
             */
            RegionAddress.prototype.name = "";

            /**
             * RegionAddress url.
             * @member {string} url
             * @memberof tidemark.v1.RegionAddress
             * @instance
             */
            RegionAddress.prototype.url = "";

            /**
             * Creates a new RegionAddress instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.RegionAddress
             * @static
             * @param {tidemark.v1.RegionAddress.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.RegionAddress} RegionAddress instance
             * @type {{
             *   (properties: tidemark.v1.RegionAddress.$Shape): tidemark.v1.RegionAddress & tidemark.v1.RegionAddress.$Shape;
             *   (properties?: tidemark.v1.RegionAddress.$Properties): tidemark.v1.RegionAddress;
             * }}
             */
            RegionAddress.create = function(properties) {
                return new RegionAddress(properties);
            };

            /**
             * Encodes the specified RegionAddress message. Does not implicitly {@link tidemark.v1.RegionAddress.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.RegionAddress
             * @static
             * @param {tidemark.v1.RegionAddress.$Properties} message RegionAddress message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RegionAddress.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message.url != null && $Object.hasOwnProperty.call(message, "url") && message.url !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.url);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RegionAddress message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.RegionAddress
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.RegionAddress & tidemark.v1.RegionAddress.$Shape} RegionAddress
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RegionAddress.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.RegionAddress();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.url = value;
                            else
                                delete message.url;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return RegionAddress;
        })();

        v1.StreamHave = (function() {

            /**
             * Properties of a StreamHave.
             * @typedef {Object} tidemark.v1.StreamHave.$Properties
             * @property {Uint8Array|null} [streamId] StreamHave streamId
             * @property {number|null} [prefix] StreamHave prefix
             * @property {Array.<number>|null} [ranges] StreamHave ranges
             * @property {number|null} [hashSum] StreamHave hashSum
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a StreamHave.
             * @memberof tidemark.v1
             * @interface IStreamHave
             * @augments tidemark.v1.StreamHave.$Properties
             * @deprecated Use tidemark.v1.StreamHave.$Properties instead.
             */

            /**
             * Shape of a StreamHave.
             * @typedef {tidemark.v1.StreamHave.$Properties} tidemark.v1.StreamHave.$Shape
             */

            /**
             * Constructs a new StreamHave.
             * @memberof tidemark.v1
             * @classdesc Represents a StreamHave.
             * @constructor
             * @param {tidemark.v1.StreamHave.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const StreamHave = function (properties) {
                this.ranges = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * StreamHave streamId.
             * @member {Uint8Array} streamId
             * @memberof tidemark.v1.StreamHave
             * @instance
             */
            StreamHave.prototype.streamId = $util.newBuffer([]);

            /**
             * StreamHave prefix.
             * @member {number} prefix
             * @memberof tidemark.v1.StreamHave
             * @instance
             */
            StreamHave.prototype.prefix = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * StreamHave ranges.
             * @member {Array.<number>} ranges
             * @memberof tidemark.v1.StreamHave
             * @instance
             */
            StreamHave.prototype.ranges = $util.emptyArray;

            /**
             * StreamHave hashSum.
             * @member {number|null|undefined} hashSum
             * @memberof tidemark.v1.StreamHave
             * @instance
             */
            StreamHave.prototype.hashSum = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(StreamHave.prototype, "_hashSum", {
                get: $util.oneOfGetter($oneOfFields = ["hashSum"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new StreamHave instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.StreamHave
             * @static
             * @param {tidemark.v1.StreamHave.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.StreamHave} StreamHave instance
             * @type {{
             *   (properties: tidemark.v1.StreamHave.$Shape): tidemark.v1.StreamHave & tidemark.v1.StreamHave.$Shape;
             *   (properties?: tidemark.v1.StreamHave.$Properties): tidemark.v1.StreamHave;
             * }}
             */
            StreamHave.create = function(properties) {
                return new StreamHave(properties);
            };

            /**
             * Encodes the specified StreamHave message. Does not implicitly {@link tidemark.v1.StreamHave.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.StreamHave
             * @static
             * @param {tidemark.v1.StreamHave.$Properties} message StreamHave message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            StreamHave.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.streamId != null && $Object.hasOwnProperty.call(message, "streamId") && message.streamId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.streamId);
                if (message.prefix != null && $Object.hasOwnProperty.call(message, "prefix") && (typeof message.prefix === "object" ? message.prefix.low || message.prefix.high : message.prefix !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.prefix);
                if (message.ranges != null && message.ranges.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint64s(message.ranges);
                if (message.hashSum != null && $Object.hasOwnProperty.call(message, "hashSum"))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.hashSum);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a StreamHave message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.StreamHave
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.StreamHave & tidemark.v1.StreamHave.$Shape} StreamHave
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            StreamHave.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.StreamHave();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.streamId = value;
                            else
                                delete message.streamId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.prefix = value;
                            else
                                delete message.prefix;
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.ranges && message.ranges.length))
                                    message.ranges = [];
                                reader.uint64s(message.ranges);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.ranges && message.ranges.length))
                                message.ranges = [];
                            message.ranges.push(reader.uint64());
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.hashSum = reader.uint64();
                            message._hashSum = "hashSum";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return StreamHave;
        })();

        v1.Batch = (function() {

            /**
             * Properties of a Batch.
             * @typedef {Object} tidemark.v1.Batch.$Properties
             * @property {Uint8Array|null} [streamId] Batch streamId
             * @property {number|null} [seq] Batch seq
             * @property {Uint8Array|null} [sha256] Batch sha256
             * @property {Uint8Array|null} [body] Batch body
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Batch.
             * @memberof tidemark.v1
             * @interface IBatch
             * @augments tidemark.v1.Batch.$Properties
             * @deprecated Use tidemark.v1.Batch.$Properties instead.
             */

            /**
             * Shape of a Batch.
             * @typedef {tidemark.v1.Batch.$Properties} tidemark.v1.Batch.$Shape
             */

            /**
             * Constructs a new Batch.
             * @memberof tidemark.v1
             * @classdesc Represents a Batch.
             * @constructor
             * @param {tidemark.v1.Batch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Batch = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Batch streamId.
             * @member {Uint8Array} streamId
             * @memberof tidemark.v1.Batch
             * @instance
             */
            Batch.prototype.streamId = $util.newBuffer([]);

            /**
             * Batch seq.
             * @member {number} seq
             * @memberof tidemark.v1.Batch
             * @instance
             */
            Batch.prototype.seq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Batch sha256.
             * @member {Uint8Array} sha256
             * @memberof tidemark.v1.Batch
             * @instance
             */
            Batch.prototype.sha256 = $util.newBuffer([]);

            /**
             * Batch body.
             * @member {Uint8Array} body
             * @memberof tidemark.v1.Batch
             * @instance
             */
            Batch.prototype.body = $util.newBuffer([]);

            /**
             * Creates a new Batch instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.Batch
             * @static
             * @param {tidemark.v1.Batch.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.Batch} Batch instance
             * @type {{
             *   (properties: tidemark.v1.Batch.$Shape): tidemark.v1.Batch & tidemark.v1.Batch.$Shape;
             *   (properties?: tidemark.v1.Batch.$Properties): tidemark.v1.Batch;
             * }}
             */
            Batch.create = function(properties) {
                return new Batch(properties);
            };

            /**
             * Encodes the specified Batch message. Does not implicitly {@link tidemark.v1.Batch.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.Batch
             * @static
             * @param {tidemark.v1.Batch.$Properties} message Batch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Batch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.streamId != null && $Object.hasOwnProperty.call(message, "streamId") && message.streamId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.streamId);
                if (message.seq != null && $Object.hasOwnProperty.call(message, "seq") && (typeof message.seq === "object" ? message.seq.low || message.seq.high : message.seq !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.seq);
                if (message.sha256 != null && $Object.hasOwnProperty.call(message, "sha256") && message.sha256.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.sha256);
                if (message.body != null && $Object.hasOwnProperty.call(message, "body") && message.body.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.body);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Batch message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.Batch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.Batch & tidemark.v1.Batch.$Shape} Batch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Batch.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.Batch();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.streamId = value;
                            else
                                delete message.streamId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.seq = value;
                            else
                                delete message.seq;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.sha256 = value;
                            else
                                delete message.sha256;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.body = value;
                            else
                                delete message.body;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Batch;
        })();

        v1.Void = (function() {

            /**
             * Properties of a Void.
             * @typedef {Object} tidemark.v1.Void.$Properties
             * @property {Uint8Array|null} [streamId] Void streamId
             * @property {number|null} [first] Void first
             * @property {number|null} [last] Void last
             * @property {number|null} [readings] Void readings
             * @property {string|null} [reason] Void reason
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Void.
             * @memberof tidemark.v1
             * @interface IVoid
             * @augments tidemark.v1.Void.$Properties
             * @deprecated Use tidemark.v1.Void.$Properties instead.
             */

            /**
             * Shape of a Void.
             * @typedef {tidemark.v1.Void.$Properties} tidemark.v1.Void.$Shape
             */

            /**
             * Constructs a new Void.
             * @memberof tidemark.v1
             * @classdesc Represents a Void.
             * @constructor
             * @param {tidemark.v1.Void.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Void = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Void streamId.
             * @member {Uint8Array} streamId
             * @memberof tidemark.v1.Void
             * @instance
             */
            Void.prototype.streamId = $util.newBuffer([]);

            /**
             * Void first.
             * @member {number} first
             * @memberof tidemark.v1.Void
             * @instance
             */
            Void.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Void last.
             * @member {number} last
             * @memberof tidemark.v1.Void
             * @instance
             */
            Void.prototype.last = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Void readings.
             * @member {number} readings
             * @memberof tidemark.v1.Void
             * @instance
             */
            Void.prototype.readings = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Void reason.
             * @member {string} reason
             * @memberof tidemark.v1.Void
             * @instance
             */
            Void.prototype.reason = "";

            /**
             * Creates a new Void instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.Void
             * @static
             * @param {tidemark.v1.Void.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.Void} Void instance
             * @type {{
             *   (properties: tidemark.v1.Void.$Shape): tidemark.v1.Void & tidemark.v1.Void.$Shape;
             *   (properties?: tidemark.v1.Void.$Properties): tidemark.v1.Void;
             * }}
             */
            Void.create = function(properties) {
                return new Void(properties);
            };

            /**
             * Encodes the specified Void message. Does not implicitly {@link tidemark.v1.Void.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.Void
             * @static
             * @param {tidemark.v1.Void.$Properties} message Void message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Void.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.streamId != null && $Object.hasOwnProperty.call(message, "streamId") && message.streamId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.streamId);
                if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.first);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last") && (typeof message.last === "object" ? message.last.low || message.last.high : message.last !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.last);
                if (message.readings != null && $Object.hasOwnProperty.call(message, "readings") && (typeof message.readings === "object" ? message.readings.low || message.readings.high : message.readings !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.readings);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Void message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.Void
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.Void & tidemark.v1.Void.$Shape} Void
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Void.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.Void();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.streamId = value;
                            else
                                delete message.streamId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.first = value;
                            else
                                delete message.first;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.last = value;
                            else
                                delete message.last;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.readings = value;
                            else
                                delete message.readings;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Void;
        })();

        v1.Ack = (function() {

            /**
             * Properties of an Ack.
             * @typedef {Object} tidemark.v1.Ack.$Properties
             * @property {Array.<tidemark.v1.StreamHave.$Properties>|null} [durable] Ack durable
             * @property {Array.<tidemark.v1.StreamHave.$Properties>|null} [replicated] Ack replicated
             * @property {number|null} [creditBytes] Ack creditBytes
             * @property {tidemark.v1.Probe.$Properties|null} [probe] Ack probe
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Ack.
             * @memberof tidemark.v1
             * @interface IAck
             * @augments tidemark.v1.Ack.$Properties
             * @deprecated Use tidemark.v1.Ack.$Properties instead.
             */

            /**
             * Shape of an Ack.
             * @typedef {tidemark.v1.Ack.$Properties} tidemark.v1.Ack.$Shape
             */

            /**
             * Constructs a new Ack.
             * @memberof tidemark.v1
             * @classdesc Represents an Ack.
             * @constructor
             * @param {tidemark.v1.Ack.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Ack = function (properties) {
                this.durable = [];
                this.replicated = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Ack durable.
             * @member {Array.<tidemark.v1.StreamHave.$Properties>} durable
             * @memberof tidemark.v1.Ack
             * @instance
             */
            Ack.prototype.durable = $util.emptyArray;

            /**
             * Ack replicated.
             * @member {Array.<tidemark.v1.StreamHave.$Properties>} replicated
             * @memberof tidemark.v1.Ack
             * @instance
             */
            Ack.prototype.replicated = $util.emptyArray;

            /**
             * Ack creditBytes.
             * @member {number} creditBytes
             * @memberof tidemark.v1.Ack
             * @instance
             */
            Ack.prototype.creditBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Ack probe.
             * @member {tidemark.v1.Probe.$Properties|null|undefined} probe
             * @memberof tidemark.v1.Ack
             * @instance
             */
            Ack.prototype.probe = null;

            /**
             * Creates a new Ack instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.Ack
             * @static
             * @param {tidemark.v1.Ack.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.Ack} Ack instance
             * @type {{
             *   (properties: tidemark.v1.Ack.$Shape): tidemark.v1.Ack & tidemark.v1.Ack.$Shape;
             *   (properties?: tidemark.v1.Ack.$Properties): tidemark.v1.Ack;
             * }}
             */
            Ack.create = function(properties) {
                return new Ack(properties);
            };

            /**
             * Encodes the specified Ack message. Does not implicitly {@link tidemark.v1.Ack.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.Ack
             * @static
             * @param {tidemark.v1.Ack.$Properties} message Ack message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Ack.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.durable != null && message.durable.length)
                    for (let i = 0; i < message.durable.length; ++i)
                        $root.tidemark.v1.StreamHave.encode(message.durable[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.replicated != null && message.replicated.length)
                    for (let i = 0; i < message.replicated.length; ++i)
                        $root.tidemark.v1.StreamHave.encode(message.replicated[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.creditBytes != null && $Object.hasOwnProperty.call(message, "creditBytes") && (typeof message.creditBytes === "object" ? message.creditBytes.low || message.creditBytes.high : message.creditBytes !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.creditBytes);
                if (message.probe != null && $Object.hasOwnProperty.call(message, "probe"))
                    $root.tidemark.v1.Probe.encode(message.probe, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Ack message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.Ack
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.Ack & tidemark.v1.Ack.$Shape} Ack
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Ack.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.Ack();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.durable && message.durable.length))
                                message.durable = [];
                            message.durable.push($root.tidemark.v1.StreamHave.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.replicated && message.replicated.length))
                                message.replicated = [];
                            message.replicated.push($root.tidemark.v1.StreamHave.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.creditBytes = value;
                            else
                                delete message.creditBytes;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.probe = $root.tidemark.v1.Probe.decode(reader, reader.size(), $undefined, _depth + 1, message.probe);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Ack;
        })();

        v1.Probe = (function() {

            /**
             * Properties of a Probe.
             * @typedef {Object} tidemark.v1.Probe.$Properties
             * @property {number|null} [number] Probe number
             * @property {string|null} [rival] Probe rival
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Probe.
             * @memberof tidemark.v1
             * @interface IProbe
             * @augments tidemark.v1.Probe.$Properties
             * @deprecated Use tidemark.v1.Probe.$Properties instead.
             */

            /**
             * Shape of a Probe.
             * @typedef {tidemark.v1.Probe.$Properties} tidemark.v1.Probe.$Shape
             */

            /**
             * Constructs a new Probe.
             * @memberof tidemark.v1
             * @classdesc Represents a Probe.
             * @constructor
             * @param {tidemark.v1.Probe.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Probe = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Probe number.
             * @member {number} number
             * @memberof tidemark.v1.Probe
             * @instance
             */
            Probe.prototype.number = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Probe rival.
             * @member {string} rival
             * @memberof tidemark.v1.Probe
             * @instance
             */
            Probe.prototype.rival = "";

            /**
             * Creates a new Probe instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.Probe
             * @static
             * @param {tidemark.v1.Probe.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.Probe} Probe instance
             * @type {{
             *   (properties: tidemark.v1.Probe.$Shape): tidemark.v1.Probe & tidemark.v1.Probe.$Shape;
             *   (properties?: tidemark.v1.Probe.$Properties): tidemark.v1.Probe;
             * }}
             */
            Probe.create = function(properties) {
                return new Probe(properties);
            };

            /**
             * Encodes the specified Probe message. Does not implicitly {@link tidemark.v1.Probe.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.Probe
             * @static
             * @param {tidemark.v1.Probe.$Properties} message Probe message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Probe.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.number != null && $Object.hasOwnProperty.call(message, "number") && (typeof message.number === "object" ? message.number.low || message.number.high : message.number !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.number);
                if (message.rival != null && $Object.hasOwnProperty.call(message, "rival") && message.rival !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.rival);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Probe message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.Probe
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.Probe & tidemark.v1.Probe.$Shape} Probe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Probe.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.Probe();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.number = value;
                            else
                                delete message.number;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.rival = value;
                            else
                                delete message.rival;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Probe;
        })();

        v1.Alive = (function() {

            /**
             * Properties of an Alive.
             * @typedef {Object} tidemark.v1.Alive.$Properties
             * @property {number|null} [probe] Alive probe
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Alive.
             * @memberof tidemark.v1
             * @interface IAlive
             * @augments tidemark.v1.Alive.$Properties
             * @deprecated Use tidemark.v1.Alive.$Properties instead.
             */

            /**
             * Shape of an Alive.
             * @typedef {tidemark.v1.Alive.$Properties} tidemark.v1.Alive.$Shape
             */

            /**
             * Constructs a new Alive.
             * @memberof tidemark.v1
             * @classdesc Represents an Alive.
             * @constructor
             * @param {tidemark.v1.Alive.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Alive = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Alive probe.
             * @member {number} probe
             * @memberof tidemark.v1.Alive
             * @instance
             */
            Alive.prototype.probe = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new Alive instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.Alive
             * @static
             * @param {tidemark.v1.Alive.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.Alive} Alive instance
             * @type {{
             *   (properties: tidemark.v1.Alive.$Shape): tidemark.v1.Alive & tidemark.v1.Alive.$Shape;
             *   (properties?: tidemark.v1.Alive.$Properties): tidemark.v1.Alive;
             * }}
             */
            Alive.create = function(properties) {
                return new Alive(properties);
            };

            /**
             * Encodes the specified Alive message. Does not implicitly {@link tidemark.v1.Alive.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.Alive
             * @static
             * @param {tidemark.v1.Alive.$Properties} message Alive message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Alive.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.probe != null && $Object.hasOwnProperty.call(message, "probe") && (typeof message.probe === "object" ? message.probe.low || message.probe.high : message.probe !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.probe);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Alive message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.Alive
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.Alive & tidemark.v1.Alive.$Shape} Alive
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Alive.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.Alive();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.probe = value;
                            else
                                delete message.probe;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Alive;
        })();

        v1.Drain = (function() {

            /**
             * Properties of a Drain.
             * @typedef {Object} tidemark.v1.Drain.$Properties
             * @property {string|null} [reason] Drain reason
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Drain.
             * @memberof tidemark.v1
             * @interface IDrain
             * @augments tidemark.v1.Drain.$Properties
             * @deprecated Use tidemark.v1.Drain.$Properties instead.
             */

            /**
             * Shape of a Drain.
             * @typedef {tidemark.v1.Drain.$Properties} tidemark.v1.Drain.$Shape
             */

            /**
             * Constructs a new Drain.
             * @memberof tidemark.v1
             * @classdesc Represents a Drain.
             * @constructor
             * @param {tidemark.v1.Drain.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Drain = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Drain reason.
             * @member {string} reason
             * @memberof tidemark.v1.Drain
             * @instance
             */
            Drain.prototype.reason = "";

            /**
             * Creates a new Drain instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.Drain
             * @static
             * @param {tidemark.v1.Drain.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.Drain} Drain instance
             * @type {{
             *   (properties: tidemark.v1.Drain.$Shape): tidemark.v1.Drain & tidemark.v1.Drain.$Shape;
             *   (properties?: tidemark.v1.Drain.$Properties): tidemark.v1.Drain;
             * }}
             */
            Drain.create = function(properties) {
                return new Drain(properties);
            };

            /**
             * Encodes the specified Drain message. Does not implicitly {@link tidemark.v1.Drain.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.Drain
             * @static
             * @param {tidemark.v1.Drain.$Properties} message Drain message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Drain.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Drain message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.Drain
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.Drain & tidemark.v1.Drain.$Shape} Drain
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Drain.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.Drain();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Drain;
        })();

        v1.Refusal = (function() {

            /**
             * Properties of a Refusal.
             * @typedef {Object} tidemark.v1.Refusal.$Properties
             * @property {string|null} [code] Refusal code
             * @property {string|null} [message] Refusal message
             * @property {Uint8Array|null} [streamId] Refusal streamId
             * @property {number|null} [seq] Refusal seq
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Refusal.
             * @memberof tidemark.v1
             * @interface IRefusal
             * @augments tidemark.v1.Refusal.$Properties
             * @deprecated Use tidemark.v1.Refusal.$Properties instead.
             */

            /**
             * Shape of a Refusal.
             * @typedef {tidemark.v1.Refusal.$Properties} tidemark.v1.Refusal.$Shape
             */

            /**
             * Constructs a new Refusal.
             * @memberof tidemark.v1
             * @classdesc Represents a Refusal.
             * @constructor
             * @param {tidemark.v1.Refusal.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Refusal = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Refusal code.
             * @member {string} code
             * @memberof tidemark.v1.Refusal
             * @instance
             */
            Refusal.prototype.code = "";

            /**
             * Refusal message.
             * @member {string} message
             * @memberof tidemark.v1.Refusal
             * @instance
             */
            Refusal.prototype.message = "";

            /**
             * Refusal streamId.
             * @member {Uint8Array} streamId
             * @memberof tidemark.v1.Refusal
             * @instance
             */
            Refusal.prototype.streamId = $util.newBuffer([]);

            /**
             * Refusal seq.
             * @member {number} seq
             * @memberof tidemark.v1.Refusal
             * @instance
             */
            Refusal.prototype.seq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new Refusal instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.Refusal
             * @static
             * @param {tidemark.v1.Refusal.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.Refusal} Refusal instance
             * @type {{
             *   (properties: tidemark.v1.Refusal.$Shape): tidemark.v1.Refusal & tidemark.v1.Refusal.$Shape;
             *   (properties?: tidemark.v1.Refusal.$Properties): tidemark.v1.Refusal;
             * }}
             */
            Refusal.create = function(properties) {
                return new Refusal(properties);
            };

            /**
             * Encodes the specified Refusal message. Does not implicitly {@link tidemark.v1.Refusal.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.Refusal
             * @static
             * @param {tidemark.v1.Refusal.$Properties} message Refusal message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Refusal.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.code);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.message);
                if (message.streamId != null && $Object.hasOwnProperty.call(message, "streamId") && message.streamId.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.streamId);
                if (message.seq != null && $Object.hasOwnProperty.call(message, "seq") && (typeof message.seq === "object" ? message.seq.low || message.seq.high : message.seq !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.seq);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Refusal message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.Refusal
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.Refusal & tidemark.v1.Refusal.$Shape} Refusal
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Refusal.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.Refusal();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.streamId = value;
                            else
                                delete message.streamId;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.seq = value;
                            else
                                delete message.seq;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Refusal;
        })();

        v1.SenderFrame = (function() {

            /**
             * Properties of a SenderFrame.
             * @typedef {Object} tidemark.v1.SenderFrame.$Properties
             * @property {tidemark.v1.PeerHello.$Properties|null} [hello] SenderFrame hello
             * @property {tidemark.v1.PeerHeld.$Properties|null} [held] SenderFrame held
             * @property {tidemark.v1.Batch.$Properties|null} [batch] SenderFrame batch
             * @property {tidemark.v1.PeerPruned.$Properties|null} [pruned] SenderFrame pruned
             * @property {tidemark.v1.PeerSnapshotPart.$Properties|null} [snapshotPart] SenderFrame snapshotPart
             * @property {tidemark.v1.PeerDigests.$Properties|null} [digests] SenderFrame digests
             * @property {tidemark.v1.PeerHashes.$Properties|null} [hashes] SenderFrame hashes
             * @property {"hello"|"held"|"batch"|"pruned"|"snapshotPart"|"digests"|"hashes"} [kind] SenderFrame kind
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SenderFrame.
             * @memberof tidemark.v1
             * @interface ISenderFrame
             * @augments tidemark.v1.SenderFrame.$Properties
             * @deprecated Use tidemark.v1.SenderFrame.$Properties instead.
             */

            /**
             * Narrowed shape of a SenderFrame.
             * @typedef {{
             *   hello?: tidemark.v1.PeerHello.$Shape|null;
             *   held?: tidemark.v1.PeerHeld.$Shape|null;
             *   batch?: tidemark.v1.Batch.$Shape|null;
             *   pruned?: tidemark.v1.PeerPruned.$Shape|null;
             *   snapshotPart?: tidemark.v1.PeerSnapshotPart.$Shape|null;
             *   digests?: tidemark.v1.PeerDigests.$Shape|null;
             *   hashes?: tidemark.v1.PeerHashes.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ kind?: undefined; hello?: null; held?: null; batch?: null; pruned?: null; snapshotPart?: null; digests?: null; hashes?: null }|{ kind?: "hello"; hello: tidemark.v1.PeerHello.$Shape; held?: null; batch?: null; pruned?: null; snapshotPart?: null; digests?: null; hashes?: null }|{ kind?: "held"; hello?: null; held: tidemark.v1.PeerHeld.$Shape; batch?: null; pruned?: null; snapshotPart?: null; digests?: null; hashes?: null }|{ kind?: "batch"; hello?: null; held?: null; batch: tidemark.v1.Batch.$Shape; pruned?: null; snapshotPart?: null; digests?: null; hashes?: null }|{ kind?: "pruned"; hello?: null; held?: null; batch?: null; pruned: tidemark.v1.PeerPruned.$Shape; snapshotPart?: null; digests?: null; hashes?: null }|{ kind?: "snapshotPart"; hello?: null; held?: null; batch?: null; pruned?: null; snapshotPart: tidemark.v1.PeerSnapshotPart.$Shape; digests?: null; hashes?: null }|{ kind?: "digests"; hello?: null; held?: null; batch?: null; pruned?: null; snapshotPart?: null; digests: tidemark.v1.PeerDigests.$Shape; hashes?: null }|{ kind?: "hashes"; hello?: null; held?: null; batch?: null; pruned?: null; snapshotPart?: null; digests?: null; hashes: tidemark.v1.PeerHashes.$Shape })
             * )} tidemark.v1.SenderFrame.$Shape
             */

            /**
             * Constructs a new SenderFrame.
             * @memberof tidemark.v1
             * @classdesc Represents a SenderFrame.
             * @constructor
             * @param {tidemark.v1.SenderFrame.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SenderFrame = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SenderFrame hello.
             * @member {tidemark.v1.PeerHello.$Properties|null|undefined} hello
             * @memberof tidemark.v1.SenderFrame
             * @instance
             */
            SenderFrame.prototype.hello = null;

            /**
             * SenderFrame held.
             * @member {tidemark.v1.PeerHeld.$Properties|null|undefined} held
             * @memberof tidemark.v1.SenderFrame
             * @instance
             */
            SenderFrame.prototype.held = null;

            /**
             * SenderFrame batch.
             * @member {tidemark.v1.Batch.$Properties|null|undefined} batch
             * @memberof tidemark.v1.SenderFrame
             * @instance
             */
            SenderFrame.prototype.batch = null;

            /**
             * SenderFrame pruned.
             * @member {tidemark.v1.PeerPruned.$Properties|null|undefined} pruned
             * @memberof tidemark.v1.SenderFrame
             * @instance
             */
            SenderFrame.prototype.pruned = null;

            /**
             * SenderFrame snapshotPart.
             * @member {tidemark.v1.PeerSnapshotPart.$Properties|null|undefined} snapshotPart
             * @memberof tidemark.v1.SenderFrame
             * @instance
             */
            SenderFrame.prototype.snapshotPart = null;

            /**
             * SenderFrame digests.
             * @member {tidemark.v1.PeerDigests.$Properties|null|undefined} digests
             * @memberof tidemark.v1.SenderFrame
             * @instance
             */
            SenderFrame.prototype.digests = null;

            /**
             * SenderFrame hashes.
             * @member {tidemark.v1.PeerHashes.$Properties|null|undefined} hashes
             * @memberof tidemark.v1.SenderFrame
             * @instance
             */
            SenderFrame.prototype.hashes = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * SenderFrame kind.
             * @member {"hello"|"held"|"batch"|"pruned"|"snapshotPart"|"digests"|"hashes"|undefined} kind
             * @memberof tidemark.v1.SenderFrame
             * @instance
             */
            $Object.defineProperty(SenderFrame.prototype, "kind", {
                get: $util.oneOfGetter($oneOfFields = ["hello", "held", "batch", "pruned", "snapshotPart", "digests", "hashes"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new SenderFrame instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.SenderFrame
             * @static
             * @param {tidemark.v1.SenderFrame.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.SenderFrame} SenderFrame instance
             * @type {{
             *   (properties: tidemark.v1.SenderFrame.$Shape): tidemark.v1.SenderFrame & tidemark.v1.SenderFrame.$Shape;
             *   (properties?: tidemark.v1.SenderFrame.$Properties): tidemark.v1.SenderFrame;
             * }}
             */
            SenderFrame.create = function(properties) {
                return new SenderFrame(properties);
            };

            /**
             * Encodes the specified SenderFrame message. Does not implicitly {@link tidemark.v1.SenderFrame.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.SenderFrame
             * @static
             * @param {tidemark.v1.SenderFrame.$Properties} message SenderFrame message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SenderFrame.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hello != null && $Object.hasOwnProperty.call(message, "hello"))
                    $root.tidemark.v1.PeerHello.encode(message.hello, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.held != null && $Object.hasOwnProperty.call(message, "held"))
                    $root.tidemark.v1.PeerHeld.encode(message.held, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.batch != null && $Object.hasOwnProperty.call(message, "batch"))
                    $root.tidemark.v1.Batch.encode(message.batch, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.pruned != null && $Object.hasOwnProperty.call(message, "pruned"))
                    $root.tidemark.v1.PeerPruned.encode(message.pruned, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.snapshotPart != null && $Object.hasOwnProperty.call(message, "snapshotPart"))
                    $root.tidemark.v1.PeerSnapshotPart.encode(message.snapshotPart, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.digests != null && $Object.hasOwnProperty.call(message, "digests"))
                    $root.tidemark.v1.PeerDigests.encode(message.digests, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.hashes != null && $Object.hasOwnProperty.call(message, "hashes"))
                    $root.tidemark.v1.PeerHashes.encode(message.hashes, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SenderFrame message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.SenderFrame
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.SenderFrame & tidemark.v1.SenderFrame.$Shape} SenderFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SenderFrame.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.SenderFrame();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.hello = $root.tidemark.v1.PeerHello.decode(reader, reader.size(), $undefined, _depth + 1, message.hello);
                            message.kind = "hello";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.held = $root.tidemark.v1.PeerHeld.decode(reader, reader.size(), $undefined, _depth + 1, message.held);
                            message.kind = "held";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.batch = $root.tidemark.v1.Batch.decode(reader, reader.size(), $undefined, _depth + 1, message.batch);
                            message.kind = "batch";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.pruned = $root.tidemark.v1.PeerPruned.decode(reader, reader.size(), $undefined, _depth + 1, message.pruned);
                            message.kind = "pruned";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.snapshotPart = $root.tidemark.v1.PeerSnapshotPart.decode(reader, reader.size(), $undefined, _depth + 1, message.snapshotPart);
                            message.kind = "snapshotPart";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.digests = $root.tidemark.v1.PeerDigests.decode(reader, reader.size(), $undefined, _depth + 1, message.digests);
                            message.kind = "digests";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.hashes = $root.tidemark.v1.PeerHashes.decode(reader, reader.size(), $undefined, _depth + 1, message.hashes);
                            message.kind = "hashes";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SenderFrame;
        })();

        v1.ReceiverFrame = (function() {

            /**
             * Properties of a ReceiverFrame.
             * @typedef {Object} tidemark.v1.ReceiverFrame.$Properties
             * @property {tidemark.v1.PeerWelcome.$Properties|null} [welcome] ReceiverFrame welcome
             * @property {tidemark.v1.PeerHolds.$Properties|null} [holds] ReceiverFrame holds
             * @property {tidemark.v1.PeerWant.$Properties|null} [want] ReceiverFrame want
             * @property {tidemark.v1.Refusal.$Properties|null} [refusal] ReceiverFrame refusal
             * @property {tidemark.v1.PeerWantSnapshot.$Properties|null} [wantSnapshot] ReceiverFrame wantSnapshot
             * @property {tidemark.v1.PeerWantHashes.$Properties|null} [wantHashes] ReceiverFrame wantHashes
             * @property {"welcome"|"holds"|"want"|"refusal"|"wantSnapshot"|"wantHashes"} [kind] ReceiverFrame kind
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ReceiverFrame.
             * @memberof tidemark.v1
             * @interface IReceiverFrame
             * @augments tidemark.v1.ReceiverFrame.$Properties
             * @deprecated Use tidemark.v1.ReceiverFrame.$Properties instead.
             */

            /**
             * Narrowed shape of a ReceiverFrame.
             * @typedef {{
             *   welcome?: tidemark.v1.PeerWelcome.$Shape|null;
             *   holds?: tidemark.v1.PeerHolds.$Shape|null;
             *   want?: tidemark.v1.PeerWant.$Shape|null;
             *   refusal?: tidemark.v1.Refusal.$Shape|null;
             *   wantSnapshot?: tidemark.v1.PeerWantSnapshot.$Shape|null;
             *   wantHashes?: tidemark.v1.PeerWantHashes.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ kind?: undefined; welcome?: null; holds?: null; want?: null; refusal?: null; wantSnapshot?: null; wantHashes?: null }|{ kind?: "welcome"; welcome: tidemark.v1.PeerWelcome.$Shape; holds?: null; want?: null; refusal?: null; wantSnapshot?: null; wantHashes?: null }|{ kind?: "holds"; welcome?: null; holds: tidemark.v1.PeerHolds.$Shape; want?: null; refusal?: null; wantSnapshot?: null; wantHashes?: null }|{ kind?: "want"; welcome?: null; holds?: null; want: tidemark.v1.PeerWant.$Shape; refusal?: null; wantSnapshot?: null; wantHashes?: null }|{ kind?: "refusal"; welcome?: null; holds?: null; want?: null; refusal: tidemark.v1.Refusal.$Shape; wantSnapshot?: null; wantHashes?: null }|{ kind?: "wantSnapshot"; welcome?: null; holds?: null; want?: null; refusal?: null; wantSnapshot: tidemark.v1.PeerWantSnapshot.$Shape; wantHashes?: null }|{ kind?: "wantHashes"; welcome?: null; holds?: null; want?: null; refusal?: null; wantSnapshot?: null; wantHashes: tidemark.v1.PeerWantHashes.$Shape })
             * )} tidemark.v1.ReceiverFrame.$Shape
             */

            /**
             * Constructs a new ReceiverFrame.
             * @memberof tidemark.v1
             * @classdesc Represents a ReceiverFrame.
             * @constructor
             * @param {tidemark.v1.ReceiverFrame.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ReceiverFrame = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ReceiverFrame welcome.
             * @member {tidemark.v1.PeerWelcome.$Properties|null|undefined} welcome
             * @memberof tidemark.v1.ReceiverFrame
             * @instance
             */
            ReceiverFrame.prototype.welcome = null;

            /**
             * ReceiverFrame holds.
             * @member {tidemark.v1.PeerHolds.$Properties|null|undefined} holds
             * @memberof tidemark.v1.ReceiverFrame
             * @instance
             */
            ReceiverFrame.prototype.holds = null;

            /**
             * ReceiverFrame want.
             * @member {tidemark.v1.PeerWant.$Properties|null|undefined} want
             * @memberof tidemark.v1.ReceiverFrame
             * @instance
             */
            ReceiverFrame.prototype.want = null;

            /**
             * ReceiverFrame refusal.
             * @member {tidemark.v1.Refusal.$Properties|null|undefined} refusal
             * @memberof tidemark.v1.ReceiverFrame
             * @instance
             */
            ReceiverFrame.prototype.refusal = null;

            /**
             * ReceiverFrame wantSnapshot.
             * @member {tidemark.v1.PeerWantSnapshot.$Properties|null|undefined} wantSnapshot
             * @memberof tidemark.v1.ReceiverFrame
             * @instance
             */
            ReceiverFrame.prototype.wantSnapshot = null;

            /**
             * ReceiverFrame wantHashes.
             * @member {tidemark.v1.PeerWantHashes.$Properties|null|undefined} wantHashes
             * @memberof tidemark.v1.ReceiverFrame
             * @instance
             */
            ReceiverFrame.prototype.wantHashes = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * ReceiverFrame kind.
             * @member {"welcome"|"holds"|"want"|"refusal"|"wantSnapshot"|"wantHashes"|undefined} kind
             * @memberof tidemark.v1.ReceiverFrame
             * @instance
             */
            $Object.defineProperty(ReceiverFrame.prototype, "kind", {
                get: $util.oneOfGetter($oneOfFields = ["welcome", "holds", "want", "refusal", "wantSnapshot", "wantHashes"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new ReceiverFrame instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.ReceiverFrame
             * @static
             * @param {tidemark.v1.ReceiverFrame.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.ReceiverFrame} ReceiverFrame instance
             * @type {{
             *   (properties: tidemark.v1.ReceiverFrame.$Shape): tidemark.v1.ReceiverFrame & tidemark.v1.ReceiverFrame.$Shape;
             *   (properties?: tidemark.v1.ReceiverFrame.$Properties): tidemark.v1.ReceiverFrame;
             * }}
             */
            ReceiverFrame.create = function(properties) {
                return new ReceiverFrame(properties);
            };

            /**
             * Encodes the specified ReceiverFrame message. Does not implicitly {@link tidemark.v1.ReceiverFrame.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.ReceiverFrame
             * @static
             * @param {tidemark.v1.ReceiverFrame.$Properties} message ReceiverFrame message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ReceiverFrame.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.welcome != null && $Object.hasOwnProperty.call(message, "welcome"))
                    $root.tidemark.v1.PeerWelcome.encode(message.welcome, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.holds != null && $Object.hasOwnProperty.call(message, "holds"))
                    $root.tidemark.v1.PeerHolds.encode(message.holds, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.want != null && $Object.hasOwnProperty.call(message, "want"))
                    $root.tidemark.v1.PeerWant.encode(message.want, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.refusal != null && $Object.hasOwnProperty.call(message, "refusal"))
                    $root.tidemark.v1.Refusal.encode(message.refusal, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.wantSnapshot != null && $Object.hasOwnProperty.call(message, "wantSnapshot"))
                    $root.tidemark.v1.PeerWantSnapshot.encode(message.wantSnapshot, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.wantHashes != null && $Object.hasOwnProperty.call(message, "wantHashes"))
                    $root.tidemark.v1.PeerWantHashes.encode(message.wantHashes, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ReceiverFrame message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.ReceiverFrame
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.ReceiverFrame & tidemark.v1.ReceiverFrame.$Shape} ReceiverFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ReceiverFrame.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.ReceiverFrame();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.welcome = $root.tidemark.v1.PeerWelcome.decode(reader, reader.size(), $undefined, _depth + 1, message.welcome);
                            message.kind = "welcome";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.holds = $root.tidemark.v1.PeerHolds.decode(reader, reader.size(), $undefined, _depth + 1, message.holds);
                            message.kind = "holds";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.want = $root.tidemark.v1.PeerWant.decode(reader, reader.size(), $undefined, _depth + 1, message.want);
                            message.kind = "want";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.refusal = $root.tidemark.v1.Refusal.decode(reader, reader.size(), $undefined, _depth + 1, message.refusal);
                            message.kind = "refusal";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.wantSnapshot = $root.tidemark.v1.PeerWantSnapshot.decode(reader, reader.size(), $undefined, _depth + 1, message.wantSnapshot);
                            message.kind = "wantSnapshot";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.wantHashes = $root.tidemark.v1.PeerWantHashes.decode(reader, reader.size(), $undefined, _depth + 1, message.wantHashes);
                            message.kind = "wantHashes";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ReceiverFrame;
        })();

        v1.PeerHello = (function() {

            /**
             * Properties of a PeerHello.
             * @typedef {Object} tidemark.v1.PeerHello.$Properties
             * @property {number|null} [protocol] PeerHello protocol
             * @property {string|null} [region] PeerHello region
             * @property {Uint8Array|null} [storeId] PeerHello storeId
             * @property {Uint8Array|null} [bootId] PeerHello bootId
             * @property {string|null} [software] PeerHello software
             * @property {string|null} [token] PeerHello token
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerHello.
             * @memberof tidemark.v1
             * @interface IPeerHello
             * @augments tidemark.v1.PeerHello.$Properties
             * @deprecated Use tidemark.v1.PeerHello.$Properties instead.
             */

            /**
             * Shape of a PeerHello.
             * @typedef {tidemark.v1.PeerHello.$Properties} tidemark.v1.PeerHello.$Shape
             */

            /**
             * Constructs a new PeerHello.
             * @memberof tidemark.v1
             * @classdesc Represents a PeerHello.
             * @constructor
             * @param {tidemark.v1.PeerHello.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerHello = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerHello protocol.
             * @member {number} protocol
             * @memberof tidemark.v1.PeerHello
             * @instance
             */
            PeerHello.prototype.protocol = 0;

            /**
             * PeerHello region.
             * @member {string} region
             * @memberof tidemark.v1.PeerHello
             * @instance
             */
            PeerHello.prototype.region = "";

            /**
             * PeerHello storeId.
             * @member {Uint8Array} storeId
             * @memberof tidemark.v1.PeerHello
             * @instance
             */
            PeerHello.prototype.storeId = $util.newBuffer([]);

            /**
             * PeerHello bootId.
             * @member {Uint8Array} bootId
             * @memberof tidemark.v1.PeerHello
             * @instance
             */
            PeerHello.prototype.bootId = $util.newBuffer([]);

            /**
             * PeerHello software.
             * @member {string} software
             * @memberof tidemark.v1.PeerHello
             * @instance
             */
            PeerHello.prototype.software = "";

            /**
             * PeerHello token.
             * @member {string} token
             * @memberof tidemark.v1.PeerHello
             * @instance
             */
            PeerHello.prototype.token = "";

            /**
             * Creates a new PeerHello instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.PeerHello
             * @static
             * @param {tidemark.v1.PeerHello.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.PeerHello} PeerHello instance
             * @type {{
             *   (properties: tidemark.v1.PeerHello.$Shape): tidemark.v1.PeerHello & tidemark.v1.PeerHello.$Shape;
             *   (properties?: tidemark.v1.PeerHello.$Properties): tidemark.v1.PeerHello;
             * }}
             */
            PeerHello.create = function(properties) {
                return new PeerHello(properties);
            };

            /**
             * Encodes the specified PeerHello message. Does not implicitly {@link tidemark.v1.PeerHello.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.PeerHello
             * @static
             * @param {tidemark.v1.PeerHello.$Properties} message PeerHello message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerHello.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.protocol != null && $Object.hasOwnProperty.call(message, "protocol") && message.protocol !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.protocol);
                if (message.region != null && $Object.hasOwnProperty.call(message, "region") && message.region !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.region);
                if (message.storeId != null && $Object.hasOwnProperty.call(message, "storeId") && message.storeId.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.storeId);
                if (message.bootId != null && $Object.hasOwnProperty.call(message, "bootId") && message.bootId.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.bootId);
                if (message.software != null && $Object.hasOwnProperty.call(message, "software") && message.software !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.software);
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token !== "")
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.token);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerHello message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.PeerHello
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerHello & tidemark.v1.PeerHello.$Shape} PeerHello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerHello.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.PeerHello();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.protocol = value;
                            else
                                delete message.protocol;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.region = value;
                            else
                                delete message.region;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.storeId = value;
                            else
                                delete message.storeId;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.bootId = value;
                            else
                                delete message.bootId;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.software = value;
                            else
                                delete message.software;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerHello;
        })();

        v1.PeerWelcome = (function() {

            /**
             * Properties of a PeerWelcome.
             * @typedef {Object} tidemark.v1.PeerWelcome.$Properties
             * @property {number|null} [protocol] PeerWelcome protocol
             * @property {string|null} [region] PeerWelcome region
             * @property {Uint8Array|null} [storeId] PeerWelcome storeId
             * @property {Uint8Array|null} [bootId] PeerWelcome bootId
             * @property {number|null} [creditBytes] PeerWelcome creditBytes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerWelcome.
             * @memberof tidemark.v1
             * @interface IPeerWelcome
             * @augments tidemark.v1.PeerWelcome.$Properties
             * @deprecated Use tidemark.v1.PeerWelcome.$Properties instead.
             */

            /**
             * Shape of a PeerWelcome.
             * @typedef {tidemark.v1.PeerWelcome.$Properties} tidemark.v1.PeerWelcome.$Shape
             */

            /**
             * Constructs a new PeerWelcome.
             * @memberof tidemark.v1
             * @classdesc Represents a PeerWelcome.
             * @constructor
             * @param {tidemark.v1.PeerWelcome.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerWelcome = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerWelcome protocol.
             * @member {number} protocol
             * @memberof tidemark.v1.PeerWelcome
             * @instance
             */
            PeerWelcome.prototype.protocol = 0;

            /**
             * PeerWelcome region.
             * @member {string} region
             * @memberof tidemark.v1.PeerWelcome
             * @instance
             */
            PeerWelcome.prototype.region = "";

            /**
             * PeerWelcome storeId.
             * @member {Uint8Array} storeId
             * @memberof tidemark.v1.PeerWelcome
             * @instance
             */
            PeerWelcome.prototype.storeId = $util.newBuffer([]);

            /**
             * PeerWelcome bootId.
             * @member {Uint8Array} bootId
             * @memberof tidemark.v1.PeerWelcome
             * @instance
             */
            PeerWelcome.prototype.bootId = $util.newBuffer([]);

            /**
             * PeerWelcome creditBytes.
             * @member {number} creditBytes
             * @memberof tidemark.v1.PeerWelcome
             * @instance
             */
            PeerWelcome.prototype.creditBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new PeerWelcome instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.PeerWelcome
             * @static
             * @param {tidemark.v1.PeerWelcome.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.PeerWelcome} PeerWelcome instance
             * @type {{
             *   (properties: tidemark.v1.PeerWelcome.$Shape): tidemark.v1.PeerWelcome & tidemark.v1.PeerWelcome.$Shape;
             *   (properties?: tidemark.v1.PeerWelcome.$Properties): tidemark.v1.PeerWelcome;
             * }}
             */
            PeerWelcome.create = function(properties) {
                return new PeerWelcome(properties);
            };

            /**
             * Encodes the specified PeerWelcome message. Does not implicitly {@link tidemark.v1.PeerWelcome.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.PeerWelcome
             * @static
             * @param {tidemark.v1.PeerWelcome.$Properties} message PeerWelcome message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerWelcome.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.protocol != null && $Object.hasOwnProperty.call(message, "protocol") && message.protocol !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.protocol);
                if (message.region != null && $Object.hasOwnProperty.call(message, "region") && message.region !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.region);
                if (message.storeId != null && $Object.hasOwnProperty.call(message, "storeId") && message.storeId.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.storeId);
                if (message.bootId != null && $Object.hasOwnProperty.call(message, "bootId") && message.bootId.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.bootId);
                if (message.creditBytes != null && $Object.hasOwnProperty.call(message, "creditBytes") && (typeof message.creditBytes === "object" ? message.creditBytes.low || message.creditBytes.high : message.creditBytes !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.creditBytes);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerWelcome message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.PeerWelcome
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerWelcome & tidemark.v1.PeerWelcome.$Shape} PeerWelcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerWelcome.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.PeerWelcome();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.protocol = value;
                            else
                                delete message.protocol;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.region = value;
                            else
                                delete message.region;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.storeId = value;
                            else
                                delete message.storeId;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.bootId = value;
                            else
                                delete message.bootId;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.creditBytes = value;
                            else
                                delete message.creditBytes;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerWelcome;
        })();

        v1.PeerHeld = (function() {

            /**
             * Properties of a PeerHeld.
             * @typedef {Object} tidemark.v1.PeerHeld.$Properties
             * @property {Array.<tidemark.v1.StreamHave.$Properties>|null} [streams] PeerHeld streams
             * @property {Array.<tidemark.v1.GatewayLife.$Properties>|null} [lives] PeerHeld lives
             * @property {boolean|null} [livesRestart] PeerHeld livesRestart
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerHeld.
             * @memberof tidemark.v1
             * @interface IPeerHeld
             * @augments tidemark.v1.PeerHeld.$Properties
             * @deprecated Use tidemark.v1.PeerHeld.$Properties instead.
             */

            /**
             * Shape of a PeerHeld.
             * @typedef {tidemark.v1.PeerHeld.$Properties} tidemark.v1.PeerHeld.$Shape
             */

            /**
             * Constructs a new PeerHeld.
             * @memberof tidemark.v1
             * @classdesc Represents a PeerHeld.
             * @constructor
             * @param {tidemark.v1.PeerHeld.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerHeld = function (properties) {
                this.streams = [];
                this.lives = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerHeld streams.
             * @member {Array.<tidemark.v1.StreamHave.$Properties>} streams
             * @memberof tidemark.v1.PeerHeld
             * @instance
             */
            PeerHeld.prototype.streams = $util.emptyArray;

            /**
             * PeerHeld lives.
             * @member {Array.<tidemark.v1.GatewayLife.$Properties>} lives
             * @memberof tidemark.v1.PeerHeld
             * @instance
             */
            PeerHeld.prototype.lives = $util.emptyArray;

            /**
             * PeerHeld livesRestart.
             * @member {boolean} livesRestart
             * @memberof tidemark.v1.PeerHeld
             * @instance
             */
            PeerHeld.prototype.livesRestart = false;

            /**
             * Creates a new PeerHeld instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.PeerHeld
             * @static
             * @param {tidemark.v1.PeerHeld.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.PeerHeld} PeerHeld instance
             * @type {{
             *   (properties: tidemark.v1.PeerHeld.$Shape): tidemark.v1.PeerHeld & tidemark.v1.PeerHeld.$Shape;
             *   (properties?: tidemark.v1.PeerHeld.$Properties): tidemark.v1.PeerHeld;
             * }}
             */
            PeerHeld.create = function(properties) {
                return new PeerHeld(properties);
            };

            /**
             * Encodes the specified PeerHeld message. Does not implicitly {@link tidemark.v1.PeerHeld.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.PeerHeld
             * @static
             * @param {tidemark.v1.PeerHeld.$Properties} message PeerHeld message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerHeld.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.streams != null && message.streams.length)
                    for (let i = 0; i < message.streams.length; ++i)
                        $root.tidemark.v1.StreamHave.encode(message.streams[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.lives != null && message.lives.length)
                    for (let i = 0; i < message.lives.length; ++i)
                        $root.tidemark.v1.GatewayLife.encode(message.lives[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.livesRestart != null && $Object.hasOwnProperty.call(message, "livesRestart") && message.livesRestart !== false)
                    writer.uint32(/* id 3, wireType 0 =*/24).bool(message.livesRestart);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerHeld message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.PeerHeld
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerHeld & tidemark.v1.PeerHeld.$Shape} PeerHeld
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerHeld.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.PeerHeld();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.streams && message.streams.length))
                                message.streams = [];
                            message.streams.push($root.tidemark.v1.StreamHave.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.lives && message.lives.length))
                                message.lives = [];
                            message.lives.push($root.tidemark.v1.GatewayLife.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.livesRestart = value;
                            else
                                delete message.livesRestart;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerHeld;
        })();

        v1.GatewayLife = (function() {

            /**
             * Properties of a GatewayLife.
             * @typedef {Object} tidemark.v1.GatewayLife.$Properties
             * @property {string|null} [gateway] GatewayLife gateway
             * @property {Uint8Array|null} [life] GatewayLife life
             * @property {string|null} [address] GatewayLife address
             * @property {number|null} [firstMs] GatewayLife firstMs
             * @property {number|null} [state] GatewayLife state
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a GatewayLife.
             * @memberof tidemark.v1
             * @interface IGatewayLife
             * @augments tidemark.v1.GatewayLife.$Properties
             * @deprecated Use tidemark.v1.GatewayLife.$Properties instead.
             */

            /**
             * Shape of a GatewayLife.
             * @typedef {tidemark.v1.GatewayLife.$Properties} tidemark.v1.GatewayLife.$Shape
             */

            /**
             * Constructs a new GatewayLife.
             * @memberof tidemark.v1
             * @classdesc Represents a GatewayLife.
             * @constructor
             * @param {tidemark.v1.GatewayLife.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const GatewayLife = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * GatewayLife gateway.
             * @member {string} gateway
             * @memberof tidemark.v1.GatewayLife
             * @instance
             */
            GatewayLife.prototype.gateway = "";

            /**
             * GatewayLife life.
             * @member {Uint8Array} life
             * @memberof tidemark.v1.GatewayLife
             * @instance
             */
            GatewayLife.prototype.life = $util.newBuffer([]);

            /**
             * GatewayLife address.
             * @member {string} address
             * @memberof tidemark.v1.GatewayLife
             * @instance
             */
            GatewayLife.prototype.address = "";

            /**
             * GatewayLife firstMs.
             * @member {number} firstMs
             * @memberof tidemark.v1.GatewayLife
             * @instance
             */
            GatewayLife.prototype.firstMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * GatewayLife state.
             * @member {number} state
             * @memberof tidemark.v1.GatewayLife
             * @instance
             */
            GatewayLife.prototype.state = 0;

            /**
             * Creates a new GatewayLife instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.GatewayLife
             * @static
             * @param {tidemark.v1.GatewayLife.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.GatewayLife} GatewayLife instance
             * @type {{
             *   (properties: tidemark.v1.GatewayLife.$Shape): tidemark.v1.GatewayLife & tidemark.v1.GatewayLife.$Shape;
             *   (properties?: tidemark.v1.GatewayLife.$Properties): tidemark.v1.GatewayLife;
             * }}
             */
            GatewayLife.create = function(properties) {
                return new GatewayLife(properties);
            };

            /**
             * Encodes the specified GatewayLife message. Does not implicitly {@link tidemark.v1.GatewayLife.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.GatewayLife
             * @static
             * @param {tidemark.v1.GatewayLife.$Properties} message GatewayLife message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            GatewayLife.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.gateway != null && $Object.hasOwnProperty.call(message, "gateway") && message.gateway !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.gateway);
                if (message.life != null && $Object.hasOwnProperty.call(message, "life") && message.life.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.life);
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && message.address !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.address);
                if (message.firstMs != null && $Object.hasOwnProperty.call(message, "firstMs") && (typeof message.firstMs === "object" ? message.firstMs.low || message.firstMs.high : message.firstMs !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.firstMs);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.state);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a GatewayLife message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.GatewayLife
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.GatewayLife & tidemark.v1.GatewayLife.$Shape} GatewayLife
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            GatewayLife.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.GatewayLife();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.gateway = value;
                            else
                                delete message.gateway;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.life = value;
                            else
                                delete message.life;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.firstMs = value;
                            else
                                delete message.firstMs;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return GatewayLife;
        })();

        v1.PeerHolds = (function() {

            /**
             * Properties of a PeerHolds.
             * @typedef {Object} tidemark.v1.PeerHolds.$Properties
             * @property {Array.<tidemark.v1.StreamHave.$Properties>|null} [streams] PeerHolds streams
             * @property {boolean|null} [complete] PeerHolds complete
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerHolds.
             * @memberof tidemark.v1
             * @interface IPeerHolds
             * @augments tidemark.v1.PeerHolds.$Properties
             * @deprecated Use tidemark.v1.PeerHolds.$Properties instead.
             */

            /**
             * Shape of a PeerHolds.
             * @typedef {tidemark.v1.PeerHolds.$Properties} tidemark.v1.PeerHolds.$Shape
             */

            /**
             * Constructs a new PeerHolds.
             * @memberof tidemark.v1
             * @classdesc Represents a PeerHolds.
             * @constructor
             * @param {tidemark.v1.PeerHolds.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerHolds = function (properties) {
                this.streams = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerHolds streams.
             * @member {Array.<tidemark.v1.StreamHave.$Properties>} streams
             * @memberof tidemark.v1.PeerHolds
             * @instance
             */
            PeerHolds.prototype.streams = $util.emptyArray;

            /**
             * PeerHolds complete.
             * @member {boolean} complete
             * @memberof tidemark.v1.PeerHolds
             * @instance
             */
            PeerHolds.prototype.complete = false;

            /**
             * Creates a new PeerHolds instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.PeerHolds
             * @static
             * @param {tidemark.v1.PeerHolds.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.PeerHolds} PeerHolds instance
             * @type {{
             *   (properties: tidemark.v1.PeerHolds.$Shape): tidemark.v1.PeerHolds & tidemark.v1.PeerHolds.$Shape;
             *   (properties?: tidemark.v1.PeerHolds.$Properties): tidemark.v1.PeerHolds;
             * }}
             */
            PeerHolds.create = function(properties) {
                return new PeerHolds(properties);
            };

            /**
             * Encodes the specified PeerHolds message. Does not implicitly {@link tidemark.v1.PeerHolds.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.PeerHolds
             * @static
             * @param {tidemark.v1.PeerHolds.$Properties} message PeerHolds message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerHolds.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.streams != null && message.streams.length)
                    for (let i = 0; i < message.streams.length; ++i)
                        $root.tidemark.v1.StreamHave.encode(message.streams[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.complete != null && $Object.hasOwnProperty.call(message, "complete") && message.complete !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.complete);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerHolds message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.PeerHolds
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerHolds & tidemark.v1.PeerHolds.$Shape} PeerHolds
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerHolds.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.PeerHolds();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.streams && message.streams.length))
                                message.streams = [];
                            message.streams.push($root.tidemark.v1.StreamHave.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.complete = value;
                            else
                                delete message.complete;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerHolds;
        })();

        v1.PeerWant = (function() {

            /**
             * Properties of a PeerWant.
             * @typedef {Object} tidemark.v1.PeerWant.$Properties
             * @property {Uint8Array|null} [streamId] PeerWant streamId
             * @property {Array.<number>|null} [ranges] PeerWant ranges
             * @property {boolean|null} [variants] PeerWant variants
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerWant.
             * @memberof tidemark.v1
             * @interface IPeerWant
             * @augments tidemark.v1.PeerWant.$Properties
             * @deprecated Use tidemark.v1.PeerWant.$Properties instead.
             */

            /**
             * Shape of a PeerWant.
             * @typedef {tidemark.v1.PeerWant.$Properties} tidemark.v1.PeerWant.$Shape
             */

            /**
             * Constructs a new PeerWant.
             * @memberof tidemark.v1
             * @classdesc Represents a PeerWant.
             * @constructor
             * @param {tidemark.v1.PeerWant.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerWant = function (properties) {
                this.ranges = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerWant streamId.
             * @member {Uint8Array} streamId
             * @memberof tidemark.v1.PeerWant
             * @instance
             */
            PeerWant.prototype.streamId = $util.newBuffer([]);

            /**
             * PeerWant ranges.
             * @member {Array.<number>} ranges
             * @memberof tidemark.v1.PeerWant
             * @instance
             */
            PeerWant.prototype.ranges = $util.emptyArray;

            /**
             * PeerWant variants.
             * @member {boolean} variants
             * @memberof tidemark.v1.PeerWant
             * @instance
             */
            PeerWant.prototype.variants = false;

            /**
             * Creates a new PeerWant instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.PeerWant
             * @static
             * @param {tidemark.v1.PeerWant.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.PeerWant} PeerWant instance
             * @type {{
             *   (properties: tidemark.v1.PeerWant.$Shape): tidemark.v1.PeerWant & tidemark.v1.PeerWant.$Shape;
             *   (properties?: tidemark.v1.PeerWant.$Properties): tidemark.v1.PeerWant;
             * }}
             */
            PeerWant.create = function(properties) {
                return new PeerWant(properties);
            };

            /**
             * Encodes the specified PeerWant message. Does not implicitly {@link tidemark.v1.PeerWant.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.PeerWant
             * @static
             * @param {tidemark.v1.PeerWant.$Properties} message PeerWant message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerWant.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.streamId != null && $Object.hasOwnProperty.call(message, "streamId") && message.streamId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.streamId);
                if (message.ranges != null && message.ranges.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint64s(message.ranges);
                if (message.variants != null && $Object.hasOwnProperty.call(message, "variants") && message.variants !== false)
                    writer.uint32(/* id 3, wireType 0 =*/24).bool(message.variants);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerWant message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.PeerWant
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerWant & tidemark.v1.PeerWant.$Shape} PeerWant
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerWant.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.PeerWant();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.streamId = value;
                            else
                                delete message.streamId;
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.ranges && message.ranges.length))
                                    message.ranges = [];
                                reader.uint64s(message.ranges);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.ranges && message.ranges.length))
                                message.ranges = [];
                            message.ranges.push(reader.uint64());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.variants = value;
                            else
                                delete message.variants;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerWant;
        })();

        v1.PeerPruned = (function() {

            /**
             * Properties of a PeerPruned.
             * @typedef {Object} tidemark.v1.PeerPruned.$Properties
             * @property {Uint8Array|null} [streamId] PeerPruned streamId
             * @property {Array.<number>|null} [ranges] PeerPruned ranges
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerPruned.
             * @memberof tidemark.v1
             * @interface IPeerPruned
             * @augments tidemark.v1.PeerPruned.$Properties
             * @deprecated Use tidemark.v1.PeerPruned.$Properties instead.
             */

            /**
             * Shape of a PeerPruned.
             * @typedef {tidemark.v1.PeerPruned.$Properties} tidemark.v1.PeerPruned.$Shape
             */

            /**
             * Constructs a new PeerPruned.
             * @memberof tidemark.v1
             * @classdesc Represents a PeerPruned.
             * @constructor
             * @param {tidemark.v1.PeerPruned.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerPruned = function (properties) {
                this.ranges = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerPruned streamId.
             * @member {Uint8Array} streamId
             * @memberof tidemark.v1.PeerPruned
             * @instance
             */
            PeerPruned.prototype.streamId = $util.newBuffer([]);

            /**
             * PeerPruned ranges.
             * @member {Array.<number>} ranges
             * @memberof tidemark.v1.PeerPruned
             * @instance
             */
            PeerPruned.prototype.ranges = $util.emptyArray;

            /**
             * Creates a new PeerPruned instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.PeerPruned
             * @static
             * @param {tidemark.v1.PeerPruned.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.PeerPruned} PeerPruned instance
             * @type {{
             *   (properties: tidemark.v1.PeerPruned.$Shape): tidemark.v1.PeerPruned & tidemark.v1.PeerPruned.$Shape;
             *   (properties?: tidemark.v1.PeerPruned.$Properties): tidemark.v1.PeerPruned;
             * }}
             */
            PeerPruned.create = function(properties) {
                return new PeerPruned(properties);
            };

            /**
             * Encodes the specified PeerPruned message. Does not implicitly {@link tidemark.v1.PeerPruned.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.PeerPruned
             * @static
             * @param {tidemark.v1.PeerPruned.$Properties} message PeerPruned message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerPruned.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.streamId != null && $Object.hasOwnProperty.call(message, "streamId") && message.streamId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.streamId);
                if (message.ranges != null && message.ranges.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint64s(message.ranges);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerPruned message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.PeerPruned
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerPruned & tidemark.v1.PeerPruned.$Shape} PeerPruned
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerPruned.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.PeerPruned();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.streamId = value;
                            else
                                delete message.streamId;
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.ranges && message.ranges.length))
                                    message.ranges = [];
                                reader.uint64s(message.ranges);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.ranges && message.ranges.length))
                                message.ranges = [];
                            message.ranges.push(reader.uint64());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerPruned;
        })();

        v1.PeerWantSnapshot = (function() {

            /**
             * Properties of a PeerWantSnapshot.
             * @typedef {Object} tidemark.v1.PeerWantSnapshot.$Properties
             * @property {Uint8Array|null} [after] PeerWantSnapshot after
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerWantSnapshot.
             * @memberof tidemark.v1
             * @interface IPeerWantSnapshot
             * @augments tidemark.v1.PeerWantSnapshot.$Properties
             * @deprecated Use tidemark.v1.PeerWantSnapshot.$Properties instead.
             */

            /**
             * Shape of a PeerWantSnapshot.
             * @typedef {tidemark.v1.PeerWantSnapshot.$Properties} tidemark.v1.PeerWantSnapshot.$Shape
             */

            /**
             * Constructs a new PeerWantSnapshot.
             * @memberof tidemark.v1
             * @classdesc Represents a PeerWantSnapshot.
             * @constructor
             * @param {tidemark.v1.PeerWantSnapshot.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerWantSnapshot = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerWantSnapshot after.
             * @member {Uint8Array} after
             * @memberof tidemark.v1.PeerWantSnapshot
             * @instance
             */
            PeerWantSnapshot.prototype.after = $util.newBuffer([]);

            /**
             * Creates a new PeerWantSnapshot instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.PeerWantSnapshot
             * @static
             * @param {tidemark.v1.PeerWantSnapshot.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.PeerWantSnapshot} PeerWantSnapshot instance
             * @type {{
             *   (properties: tidemark.v1.PeerWantSnapshot.$Shape): tidemark.v1.PeerWantSnapshot & tidemark.v1.PeerWantSnapshot.$Shape;
             *   (properties?: tidemark.v1.PeerWantSnapshot.$Properties): tidemark.v1.PeerWantSnapshot;
             * }}
             */
            PeerWantSnapshot.create = function(properties) {
                return new PeerWantSnapshot(properties);
            };

            /**
             * Encodes the specified PeerWantSnapshot message. Does not implicitly {@link tidemark.v1.PeerWantSnapshot.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.PeerWantSnapshot
             * @static
             * @param {tidemark.v1.PeerWantSnapshot.$Properties} message PeerWantSnapshot message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerWantSnapshot.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.after != null && $Object.hasOwnProperty.call(message, "after") && message.after.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.after);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerWantSnapshot message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.PeerWantSnapshot
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerWantSnapshot & tidemark.v1.PeerWantSnapshot.$Shape} PeerWantSnapshot
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerWantSnapshot.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.PeerWantSnapshot();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.after = value;
                            else
                                delete message.after;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerWantSnapshot;
        })();

        v1.PeerSnapshotPart = (function() {

            /**
             * Properties of a PeerSnapshotPart.
             * @typedef {Object} tidemark.v1.PeerSnapshotPart.$Properties
             * @property {Uint8Array|null} [after] PeerSnapshotPart after
             * @property {Uint8Array|null} [body] PeerSnapshotPart body
             * @property {Uint8Array|null} [next] PeerSnapshotPart next
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerSnapshotPart.
             * @memberof tidemark.v1
             * @interface IPeerSnapshotPart
             * @augments tidemark.v1.PeerSnapshotPart.$Properties
             * @deprecated Use tidemark.v1.PeerSnapshotPart.$Properties instead.
             */

            /**
             * Shape of a PeerSnapshotPart.
             * @typedef {tidemark.v1.PeerSnapshotPart.$Properties} tidemark.v1.PeerSnapshotPart.$Shape
             */

            /**
             * Constructs a new PeerSnapshotPart.
             * @memberof tidemark.v1
             * @classdesc Represents a PeerSnapshotPart.
             * @constructor
             * @param {tidemark.v1.PeerSnapshotPart.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerSnapshotPart = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerSnapshotPart after.
             * @member {Uint8Array} after
             * @memberof tidemark.v1.PeerSnapshotPart
             * @instance
             */
            PeerSnapshotPart.prototype.after = $util.newBuffer([]);

            /**
             * PeerSnapshotPart body.
             * @member {Uint8Array} body
             * @memberof tidemark.v1.PeerSnapshotPart
             * @instance
             */
            PeerSnapshotPart.prototype.body = $util.newBuffer([]);

            /**
             * PeerSnapshotPart next.
             * @member {Uint8Array} next
             * @memberof tidemark.v1.PeerSnapshotPart
             * @instance
             */
            PeerSnapshotPart.prototype.next = $util.newBuffer([]);

            /**
             * Creates a new PeerSnapshotPart instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.PeerSnapshotPart
             * @static
             * @param {tidemark.v1.PeerSnapshotPart.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.PeerSnapshotPart} PeerSnapshotPart instance
             * @type {{
             *   (properties: tidemark.v1.PeerSnapshotPart.$Shape): tidemark.v1.PeerSnapshotPart & tidemark.v1.PeerSnapshotPart.$Shape;
             *   (properties?: tidemark.v1.PeerSnapshotPart.$Properties): tidemark.v1.PeerSnapshotPart;
             * }}
             */
            PeerSnapshotPart.create = function(properties) {
                return new PeerSnapshotPart(properties);
            };

            /**
             * Encodes the specified PeerSnapshotPart message. Does not implicitly {@link tidemark.v1.PeerSnapshotPart.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.PeerSnapshotPart
             * @static
             * @param {tidemark.v1.PeerSnapshotPart.$Properties} message PeerSnapshotPart message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerSnapshotPart.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.after != null && $Object.hasOwnProperty.call(message, "after") && message.after.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.after);
                if (message.body != null && $Object.hasOwnProperty.call(message, "body") && message.body.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.body);
                if (message.next != null && $Object.hasOwnProperty.call(message, "next") && message.next.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.next);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerSnapshotPart message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.PeerSnapshotPart
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerSnapshotPart & tidemark.v1.PeerSnapshotPart.$Shape} PeerSnapshotPart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerSnapshotPart.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.PeerSnapshotPart();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.after = value;
                            else
                                delete message.after;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.body = value;
                            else
                                delete message.body;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.next = value;
                            else
                                delete message.next;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerSnapshotPart;
        })();

        v1.PeerDigests = (function() {

            /**
             * Properties of a PeerDigests.
             * @typedef {Object} tidemark.v1.PeerDigests.$Properties
             * @property {Array.<tidemark.v1.DayDigest.$Properties>|null} [days] PeerDigests days
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerDigests.
             * @memberof tidemark.v1
             * @interface IPeerDigests
             * @augments tidemark.v1.PeerDigests.$Properties
             * @deprecated Use tidemark.v1.PeerDigests.$Properties instead.
             */

            /**
             * Shape of a PeerDigests.
             * @typedef {tidemark.v1.PeerDigests.$Properties} tidemark.v1.PeerDigests.$Shape
             */

            /**
             * Constructs a new PeerDigests.
             * @memberof tidemark.v1
             * @classdesc Represents a PeerDigests.
             * @constructor
             * @param {tidemark.v1.PeerDigests.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerDigests = function (properties) {
                this.days = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerDigests days.
             * @member {Array.<tidemark.v1.DayDigest.$Properties>} days
             * @memberof tidemark.v1.PeerDigests
             * @instance
             */
            PeerDigests.prototype.days = $util.emptyArray;

            /**
             * Creates a new PeerDigests instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.PeerDigests
             * @static
             * @param {tidemark.v1.PeerDigests.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.PeerDigests} PeerDigests instance
             * @type {{
             *   (properties: tidemark.v1.PeerDigests.$Shape): tidemark.v1.PeerDigests & tidemark.v1.PeerDigests.$Shape;
             *   (properties?: tidemark.v1.PeerDigests.$Properties): tidemark.v1.PeerDigests;
             * }}
             */
            PeerDigests.create = function(properties) {
                return new PeerDigests(properties);
            };

            /**
             * Encodes the specified PeerDigests message. Does not implicitly {@link tidemark.v1.PeerDigests.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.PeerDigests
             * @static
             * @param {tidemark.v1.PeerDigests.$Properties} message PeerDigests message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerDigests.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.days != null && message.days.length)
                    for (let i = 0; i < message.days.length; ++i)
                        $root.tidemark.v1.DayDigest.encode(message.days[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerDigests message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.PeerDigests
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerDigests & tidemark.v1.PeerDigests.$Shape} PeerDigests
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerDigests.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.PeerDigests();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.days && message.days.length))
                                message.days = [];
                            message.days.push($root.tidemark.v1.DayDigest.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerDigests;
        })();

        v1.DayDigest = (function() {

            /**
             * Properties of a DayDigest.
             * @typedef {Object} tidemark.v1.DayDigest.$Properties
             * @property {number|null} [day] DayDigest day
             * @property {number|null} [bucket] DayDigest bucket
             * @property {number|null} [rows] DayDigest rows
             * @property {number|null} [sum] DayDigest sum
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DayDigest.
             * @memberof tidemark.v1
             * @interface IDayDigest
             * @augments tidemark.v1.DayDigest.$Properties
             * @deprecated Use tidemark.v1.DayDigest.$Properties instead.
             */

            /**
             * Shape of a DayDigest.
             * @typedef {tidemark.v1.DayDigest.$Properties} tidemark.v1.DayDigest.$Shape
             */

            /**
             * Constructs a new DayDigest.
             * @memberof tidemark.v1
             * @classdesc Represents a DayDigest.
             * @constructor
             * @param {tidemark.v1.DayDigest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DayDigest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DayDigest day.
             * @member {number} day
             * @memberof tidemark.v1.DayDigest
             * @instance
             */
            DayDigest.prototype.day = 0;

            /**
             * DayDigest bucket.
             * @member {number} bucket
             * @memberof tidemark.v1.DayDigest
             * @instance
             */
            DayDigest.prototype.bucket = 0;

            /**
             * DayDigest rows.
             * @member {number} rows
             * @memberof tidemark.v1.DayDigest
             * @instance
             */
            DayDigest.prototype.rows = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DayDigest sum.
             * @member {number} sum
             * @memberof tidemark.v1.DayDigest
             * @instance
             */
            DayDigest.prototype.sum = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new DayDigest instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.DayDigest
             * @static
             * @param {tidemark.v1.DayDigest.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.DayDigest} DayDigest instance
             * @type {{
             *   (properties: tidemark.v1.DayDigest.$Shape): tidemark.v1.DayDigest & tidemark.v1.DayDigest.$Shape;
             *   (properties?: tidemark.v1.DayDigest.$Properties): tidemark.v1.DayDigest;
             * }}
             */
            DayDigest.create = function(properties) {
                return new DayDigest(properties);
            };

            /**
             * Encodes the specified DayDigest message. Does not implicitly {@link tidemark.v1.DayDigest.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.DayDigest
             * @static
             * @param {tidemark.v1.DayDigest.$Properties} message DayDigest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DayDigest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.day != null && $Object.hasOwnProperty.call(message, "day") && message.day !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).sint32(message.day);
                if (message.bucket != null && $Object.hasOwnProperty.call(message, "bucket") && message.bucket !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.bucket);
                if (message.rows != null && $Object.hasOwnProperty.call(message, "rows") && (typeof message.rows === "object" ? message.rows.low || message.rows.high : message.rows !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.rows);
                if (message.sum != null && $Object.hasOwnProperty.call(message, "sum") && (typeof message.sum === "object" ? message.sum.low || message.sum.high : message.sum !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.sum);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DayDigest message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.DayDigest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.DayDigest & tidemark.v1.DayDigest.$Shape} DayDigest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DayDigest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.DayDigest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.sint32())
                                message.day = value;
                            else
                                delete message.day;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.bucket = value;
                            else
                                delete message.bucket;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.rows = value;
                            else
                                delete message.rows;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sum = value;
                            else
                                delete message.sum;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DayDigest;
        })();

        v1.PeerWantHashes = (function() {

            /**
             * Properties of a PeerWantHashes.
             * @typedef {Object} tidemark.v1.PeerWantHashes.$Properties
             * @property {Uint8Array|null} [streamId] PeerWantHashes streamId
             * @property {number|null} [after] PeerWantHashes after
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerWantHashes.
             * @memberof tidemark.v1
             * @interface IPeerWantHashes
             * @augments tidemark.v1.PeerWantHashes.$Properties
             * @deprecated Use tidemark.v1.PeerWantHashes.$Properties instead.
             */

            /**
             * Shape of a PeerWantHashes.
             * @typedef {tidemark.v1.PeerWantHashes.$Properties} tidemark.v1.PeerWantHashes.$Shape
             */

            /**
             * Constructs a new PeerWantHashes.
             * @memberof tidemark.v1
             * @classdesc Represents a PeerWantHashes.
             * @constructor
             * @param {tidemark.v1.PeerWantHashes.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerWantHashes = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerWantHashes streamId.
             * @member {Uint8Array} streamId
             * @memberof tidemark.v1.PeerWantHashes
             * @instance
             */
            PeerWantHashes.prototype.streamId = $util.newBuffer([]);

            /**
             * PeerWantHashes after.
             * @member {number} after
             * @memberof tidemark.v1.PeerWantHashes
             * @instance
             */
            PeerWantHashes.prototype.after = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new PeerWantHashes instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.PeerWantHashes
             * @static
             * @param {tidemark.v1.PeerWantHashes.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.PeerWantHashes} PeerWantHashes instance
             * @type {{
             *   (properties: tidemark.v1.PeerWantHashes.$Shape): tidemark.v1.PeerWantHashes & tidemark.v1.PeerWantHashes.$Shape;
             *   (properties?: tidemark.v1.PeerWantHashes.$Properties): tidemark.v1.PeerWantHashes;
             * }}
             */
            PeerWantHashes.create = function(properties) {
                return new PeerWantHashes(properties);
            };

            /**
             * Encodes the specified PeerWantHashes message. Does not implicitly {@link tidemark.v1.PeerWantHashes.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.PeerWantHashes
             * @static
             * @param {tidemark.v1.PeerWantHashes.$Properties} message PeerWantHashes message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerWantHashes.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.streamId != null && $Object.hasOwnProperty.call(message, "streamId") && message.streamId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.streamId);
                if (message.after != null && $Object.hasOwnProperty.call(message, "after") && (typeof message.after === "object" ? message.after.low || message.after.high : message.after !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.after);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerWantHashes message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.PeerWantHashes
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerWantHashes & tidemark.v1.PeerWantHashes.$Shape} PeerWantHashes
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerWantHashes.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.PeerWantHashes();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.streamId = value;
                            else
                                delete message.streamId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.after = value;
                            else
                                delete message.after;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerWantHashes;
        })();

        v1.PeerHashes = (function() {

            /**
             * Properties of a PeerHashes.
             * @typedef {Object} tidemark.v1.PeerHashes.$Properties
             * @property {Uint8Array|null} [streamId] PeerHashes streamId
             * @property {Array.<number>|null} [seqs] PeerHashes seqs
             * @property {Array.<number>|null} [hashes] PeerHashes hashes
             * @property {boolean|null} [more] PeerHashes more
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerHashes.
             * @memberof tidemark.v1
             * @interface IPeerHashes
             * @augments tidemark.v1.PeerHashes.$Properties
             * @deprecated Use tidemark.v1.PeerHashes.$Properties instead.
             */

            /**
             * Shape of a PeerHashes.
             * @typedef {tidemark.v1.PeerHashes.$Properties} tidemark.v1.PeerHashes.$Shape
             */

            /**
             * Constructs a new PeerHashes.
             * @memberof tidemark.v1
             * @classdesc Represents a PeerHashes.
             * @constructor
             * @param {tidemark.v1.PeerHashes.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerHashes = function (properties) {
                this.seqs = [];
                this.hashes = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerHashes streamId.
             * @member {Uint8Array} streamId
             * @memberof tidemark.v1.PeerHashes
             * @instance
             */
            PeerHashes.prototype.streamId = $util.newBuffer([]);

            /**
             * PeerHashes seqs.
             * @member {Array.<number>} seqs
             * @memberof tidemark.v1.PeerHashes
             * @instance
             */
            PeerHashes.prototype.seqs = $util.emptyArray;

            /**
             * PeerHashes hashes.
             * @member {Array.<number>} hashes
             * @memberof tidemark.v1.PeerHashes
             * @instance
             */
            PeerHashes.prototype.hashes = $util.emptyArray;

            /**
             * PeerHashes more.
             * @member {boolean} more
             * @memberof tidemark.v1.PeerHashes
             * @instance
             */
            PeerHashes.prototype.more = false;

            /**
             * Creates a new PeerHashes instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.PeerHashes
             * @static
             * @param {tidemark.v1.PeerHashes.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.PeerHashes} PeerHashes instance
             * @type {{
             *   (properties: tidemark.v1.PeerHashes.$Shape): tidemark.v1.PeerHashes & tidemark.v1.PeerHashes.$Shape;
             *   (properties?: tidemark.v1.PeerHashes.$Properties): tidemark.v1.PeerHashes;
             * }}
             */
            PeerHashes.create = function(properties) {
                return new PeerHashes(properties);
            };

            /**
             * Encodes the specified PeerHashes message. Does not implicitly {@link tidemark.v1.PeerHashes.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.PeerHashes
             * @static
             * @param {tidemark.v1.PeerHashes.$Properties} message PeerHashes message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerHashes.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.streamId != null && $Object.hasOwnProperty.call(message, "streamId") && message.streamId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.streamId);
                if (message.seqs != null && message.seqs.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint64s(message.seqs);
                if (message.hashes != null && message.hashes.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint64s(message.hashes);
                if (message.more != null && $Object.hasOwnProperty.call(message, "more") && message.more !== false)
                    writer.uint32(/* id 4, wireType 0 =*/32).bool(message.more);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerHashes message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.PeerHashes
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerHashes & tidemark.v1.PeerHashes.$Shape} PeerHashes
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerHashes.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.PeerHashes();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.streamId = value;
                            else
                                delete message.streamId;
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.seqs && message.seqs.length))
                                    message.seqs = [];
                                reader.uint64s(message.seqs);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.seqs && message.seqs.length))
                                message.seqs = [];
                            message.seqs.push(reader.uint64());
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.hashes && message.hashes.length))
                                    message.hashes = [];
                                reader.uint64s(message.hashes);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.hashes && message.hashes.length))
                                message.hashes = [];
                            message.hashes.push(reader.uint64());
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.more = value;
                            else
                                delete message.more;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerHashes;
        })();

        v1.SnapshotBody = (function() {

            /**
             * Properties of a SnapshotBody.
             * @typedef {Object} tidemark.v1.SnapshotBody.$Properties
             * @property {number|null} [format] SnapshotBody format
             * @property {Array.<string>|null} [names] SnapshotBody names
             * @property {Array.<tidemark.v1.Series.$Properties>|null} [series] SnapshotBody series
             * @property {Array.<tidemark.v1.SnapshotStream.$Properties>|null} [streams] SnapshotBody streams
             * @property {Array.<tidemark.v1.SnapshotBatch.$Properties>|null} [batches] SnapshotBody batches
             * @property {Array.<tidemark.v1.SnapshotCommand.$Properties>|null} [commands] SnapshotBody commands
             * @property {tidemark.v1.WindowColumns.$Properties|null} [windows] SnapshotBody windows
             * @property {Array.<tidemark.v1.SnapshotOrigin.$Properties>|null} [windowOrigins] SnapshotBody windowOrigins
             * @property {Array.<tidemark.v1.SnapshotRaw.$Properties>|null} [raws] SnapshotBody raws
             * @property {Array.<tidemark.v1.SnapshotVoid.$Properties>|null} [voids] SnapshotBody voids
             * @property {Array.<tidemark.v1.SnapshotSchema.$Properties>|null} [schemas] SnapshotBody schemas
             * @property {Array.<Uint8Array>|null} [windowContents] SnapshotBody windowContents
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SnapshotBody.
             * @memberof tidemark.v1
             * @interface ISnapshotBody
             * @augments tidemark.v1.SnapshotBody.$Properties
             * @deprecated Use tidemark.v1.SnapshotBody.$Properties instead.
             */

            /**
             * Shape of a SnapshotBody.
             * @typedef {{
             *   format?: number|null;
             *   names?: Array.<string>|null;
             *   series?: Array.<tidemark.v1.Series.$Shape>|null;
             *   streams?: Array.<tidemark.v1.SnapshotStream.$Shape>|null;
             *   batches?: Array.<tidemark.v1.SnapshotBatch.$Shape>|null;
             *   commands?: Array.<tidemark.v1.SnapshotCommand.$Shape>|null;
             *   windows?: tidemark.v1.WindowColumns.$Shape|null;
             *   windowOrigins?: Array.<tidemark.v1.SnapshotOrigin.$Shape>|null;
             *   raws?: Array.<tidemark.v1.SnapshotRaw.$Shape>|null;
             *   voids?: Array.<tidemark.v1.SnapshotVoid.$Shape>|null;
             *   schemas?: Array.<tidemark.v1.SnapshotSchema.$Shape>|null;
             *   windowContents?: Array.<Uint8Array>|null;
             *   $unknowns?: Array.<Uint8Array>;
             * }} tidemark.v1.SnapshotBody.$Shape
             */

            /**
             * Constructs a new SnapshotBody.
             * @memberof tidemark.v1
             * @classdesc Represents a SnapshotBody.
             * @constructor
             * @param {tidemark.v1.SnapshotBody.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SnapshotBody = function (properties) {
                this.names = [];
                this.series = [];
                this.streams = [];
                this.batches = [];
                this.commands = [];
                this.windowOrigins = [];
                this.raws = [];
                this.voids = [];
                this.schemas = [];
                this.windowContents = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SnapshotBody format.
             * @member {number} format
             * @memberof tidemark.v1.SnapshotBody
             * @instance
             */
            SnapshotBody.prototype.format = 0;

            /**
             * SnapshotBody names.
             * @member {Array.<string>} names
             * @memberof tidemark.v1.SnapshotBody
             * @instance
             */
            SnapshotBody.prototype.names = $util.emptyArray;

            /**
             * SnapshotBody series.
             * @member {Array.<tidemark.v1.Series.$Properties>} series
             * @memberof tidemark.v1.SnapshotBody
             * @instance
             */
            SnapshotBody.prototype.series = $util.emptyArray;

            /**
             * SnapshotBody streams.
             * @member {Array.<tidemark.v1.SnapshotStream.$Properties>} streams
             * @memberof tidemark.v1.SnapshotBody
             * @instance
             */
            SnapshotBody.prototype.streams = $util.emptyArray;

            /**
             * SnapshotBody batches.
             * @member {Array.<tidemark.v1.SnapshotBatch.$Properties>} batches
             * @memberof tidemark.v1.SnapshotBody
             * @instance
             */
            SnapshotBody.prototype.batches = $util.emptyArray;

            /**
             * SnapshotBody commands.
             * @member {Array.<tidemark.v1.SnapshotCommand.$Properties>} commands
             * @memberof tidemark.v1.SnapshotBody
             * @instance
             */
            SnapshotBody.prototype.commands = $util.emptyArray;

            /**
             * SnapshotBody windows.
             * @member {tidemark.v1.WindowColumns.$Properties|null|undefined} windows
             * @memberof tidemark.v1.SnapshotBody
             * @instance
             */
            SnapshotBody.prototype.windows = null;

            /**
             * SnapshotBody windowOrigins.
             * @member {Array.<tidemark.v1.SnapshotOrigin.$Properties>} windowOrigins
             * @memberof tidemark.v1.SnapshotBody
             * @instance
             */
            SnapshotBody.prototype.windowOrigins = $util.emptyArray;

            /**
             * SnapshotBody raws.
             * @member {Array.<tidemark.v1.SnapshotRaw.$Properties>} raws
             * @memberof tidemark.v1.SnapshotBody
             * @instance
             */
            SnapshotBody.prototype.raws = $util.emptyArray;

            /**
             * SnapshotBody voids.
             * @member {Array.<tidemark.v1.SnapshotVoid.$Properties>} voids
             * @memberof tidemark.v1.SnapshotBody
             * @instance
             */
            SnapshotBody.prototype.voids = $util.emptyArray;

            /**
             * SnapshotBody schemas.
             * @member {Array.<tidemark.v1.SnapshotSchema.$Properties>} schemas
             * @memberof tidemark.v1.SnapshotBody
             * @instance
             */
            SnapshotBody.prototype.schemas = $util.emptyArray;

            /**
             * SnapshotBody windowContents.
             * @member {Array.<Uint8Array>} windowContents
             * @memberof tidemark.v1.SnapshotBody
             * @instance
             */
            SnapshotBody.prototype.windowContents = $util.emptyArray;

            /**
             * Creates a new SnapshotBody instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.SnapshotBody
             * @static
             * @param {tidemark.v1.SnapshotBody.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.SnapshotBody} SnapshotBody instance
             * @type {{
             *   (properties: tidemark.v1.SnapshotBody.$Shape): tidemark.v1.SnapshotBody & tidemark.v1.SnapshotBody.$Shape;
             *   (properties?: tidemark.v1.SnapshotBody.$Properties): tidemark.v1.SnapshotBody;
             * }}
             */
            SnapshotBody.create = function(properties) {
                return new SnapshotBody(properties);
            };

            /**
             * Encodes the specified SnapshotBody message. Does not implicitly {@link tidemark.v1.SnapshotBody.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.SnapshotBody
             * @static
             * @param {tidemark.v1.SnapshotBody.$Properties} message SnapshotBody message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SnapshotBody.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.format != null && $Object.hasOwnProperty.call(message, "format") && message.format !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.format);
                if (message.names != null && message.names.length)
                    for (let i = 0; i < message.names.length; ++i)
                        writer.uint32(/* id 2, wireType 2 =*/18).string(message.names[i]);
                if (message.series != null && message.series.length)
                    for (let i = 0; i < message.series.length; ++i)
                        $root.tidemark.v1.Series.encode(message.series[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.streams != null && message.streams.length)
                    for (let i = 0; i < message.streams.length; ++i)
                        $root.tidemark.v1.SnapshotStream.encode(message.streams[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.batches != null && message.batches.length)
                    for (let i = 0; i < message.batches.length; ++i)
                        $root.tidemark.v1.SnapshotBatch.encode(message.batches[i], writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.commands != null && message.commands.length)
                    for (let i = 0; i < message.commands.length; ++i)
                        $root.tidemark.v1.SnapshotCommand.encode(message.commands[i], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.windows != null && $Object.hasOwnProperty.call(message, "windows"))
                    $root.tidemark.v1.WindowColumns.encode(message.windows, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.windowOrigins != null && message.windowOrigins.length)
                    for (let i = 0; i < message.windowOrigins.length; ++i)
                        $root.tidemark.v1.SnapshotOrigin.encode(message.windowOrigins[i], writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.raws != null && message.raws.length)
                    for (let i = 0; i < message.raws.length; ++i)
                        $root.tidemark.v1.SnapshotRaw.encode(message.raws[i], writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.voids != null && message.voids.length)
                    for (let i = 0; i < message.voids.length; ++i)
                        $root.tidemark.v1.SnapshotVoid.encode(message.voids[i], writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.schemas != null && message.schemas.length)
                    for (let i = 0; i < message.schemas.length; ++i)
                        $root.tidemark.v1.SnapshotSchema.encode(message.schemas[i], writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.windowContents != null && message.windowContents.length)
                    for (let i = 0; i < message.windowContents.length; ++i)
                        writer.uint32(/* id 12, wireType 2 =*/98).bytes(message.windowContents[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SnapshotBody message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.SnapshotBody
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotBody & tidemark.v1.SnapshotBody.$Shape} SnapshotBody
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SnapshotBody.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.SnapshotBody();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.format = value;
                            else
                                delete message.format;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.names && message.names.length))
                                message.names = [];
                            message.names.push(reader.stringVerify());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.series && message.series.length))
                                message.series = [];
                            message.series.push($root.tidemark.v1.Series.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.streams && message.streams.length))
                                message.streams = [];
                            message.streams.push($root.tidemark.v1.SnapshotStream.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.batches && message.batches.length))
                                message.batches = [];
                            message.batches.push($root.tidemark.v1.SnapshotBatch.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.commands && message.commands.length))
                                message.commands = [];
                            message.commands.push($root.tidemark.v1.SnapshotCommand.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.windows = $root.tidemark.v1.WindowColumns.decode(reader, reader.size(), $undefined, _depth + 1, message.windows);
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if (!(message.windowOrigins && message.windowOrigins.length))
                                message.windowOrigins = [];
                            message.windowOrigins.push($root.tidemark.v1.SnapshotOrigin.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if (!(message.raws && message.raws.length))
                                message.raws = [];
                            message.raws.push($root.tidemark.v1.SnapshotRaw.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            if (!(message.voids && message.voids.length))
                                message.voids = [];
                            message.voids.push($root.tidemark.v1.SnapshotVoid.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if (!(message.schemas && message.schemas.length))
                                message.schemas = [];
                            message.schemas.push($root.tidemark.v1.SnapshotSchema.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            if (!(message.windowContents && message.windowContents.length))
                                message.windowContents = [];
                            message.windowContents.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SnapshotBody;
        })();

        v1.SnapshotStream = (function() {

            /**
             * Properties of a SnapshotStream.
             * @typedef {Object} tidemark.v1.SnapshotStream.$Properties
             * @property {Uint8Array|null} [streamId] SnapshotStream streamId
             * @property {string|null} [gateway] SnapshotStream gateway
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SnapshotStream.
             * @memberof tidemark.v1
             * @interface ISnapshotStream
             * @augments tidemark.v1.SnapshotStream.$Properties
             * @deprecated Use tidemark.v1.SnapshotStream.$Properties instead.
             */

            /**
             * Shape of a SnapshotStream.
             * @typedef {tidemark.v1.SnapshotStream.$Properties} tidemark.v1.SnapshotStream.$Shape
             */

            /**
             * Constructs a new SnapshotStream.
             * @memberof tidemark.v1
             * @classdesc Represents a SnapshotStream.
             * @constructor
             * @param {tidemark.v1.SnapshotStream.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SnapshotStream = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SnapshotStream streamId.
             * @member {Uint8Array} streamId
             * @memberof tidemark.v1.SnapshotStream
             * @instance
             */
            SnapshotStream.prototype.streamId = $util.newBuffer([]);

            /**
             * SnapshotStream gateway.
             * @member {string} gateway
             * @memberof tidemark.v1.SnapshotStream
             * @instance
             */
            SnapshotStream.prototype.gateway = "";

            /**
             * Creates a new SnapshotStream instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.SnapshotStream
             * @static
             * @param {tidemark.v1.SnapshotStream.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.SnapshotStream} SnapshotStream instance
             * @type {{
             *   (properties: tidemark.v1.SnapshotStream.$Shape): tidemark.v1.SnapshotStream & tidemark.v1.SnapshotStream.$Shape;
             *   (properties?: tidemark.v1.SnapshotStream.$Properties): tidemark.v1.SnapshotStream;
             * }}
             */
            SnapshotStream.create = function(properties) {
                return new SnapshotStream(properties);
            };

            /**
             * Encodes the specified SnapshotStream message. Does not implicitly {@link tidemark.v1.SnapshotStream.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.SnapshotStream
             * @static
             * @param {tidemark.v1.SnapshotStream.$Properties} message SnapshotStream message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SnapshotStream.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.streamId != null && $Object.hasOwnProperty.call(message, "streamId") && message.streamId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.streamId);
                if (message.gateway != null && $Object.hasOwnProperty.call(message, "gateway") && message.gateway !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.gateway);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SnapshotStream message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.SnapshotStream
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotStream & tidemark.v1.SnapshotStream.$Shape} SnapshotStream
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SnapshotStream.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.SnapshotStream();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.streamId = value;
                            else
                                delete message.streamId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.gateway = value;
                            else
                                delete message.gateway;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SnapshotStream;
        })();

        v1.SnapshotBatch = (function() {

            /**
             * Properties of a SnapshotBatch.
             * @typedef {Object} tidemark.v1.SnapshotBatch.$Properties
             * @property {number|null} [stream] SnapshotBatch stream
             * @property {number|null} [seq] SnapshotBatch seq
             * @property {Uint8Array|null} [sha256] SnapshotBatch sha256
             * @property {tidemark.v1.Ledger.$Properties|null} [ledger] SnapshotBatch ledger
             * @property {number|null} [records] SnapshotBatch records
             * @property {number|null} [rawReadings] SnapshotBatch rawReadings
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SnapshotBatch.
             * @memberof tidemark.v1
             * @interface ISnapshotBatch
             * @augments tidemark.v1.SnapshotBatch.$Properties
             * @deprecated Use tidemark.v1.SnapshotBatch.$Properties instead.
             */

            /**
             * Shape of a SnapshotBatch.
             * @typedef {tidemark.v1.SnapshotBatch.$Properties} tidemark.v1.SnapshotBatch.$Shape
             */

            /**
             * Constructs a new SnapshotBatch.
             * @memberof tidemark.v1
             * @classdesc Represents a SnapshotBatch.
             * @constructor
             * @param {tidemark.v1.SnapshotBatch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SnapshotBatch = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SnapshotBatch stream.
             * @member {number} stream
             * @memberof tidemark.v1.SnapshotBatch
             * @instance
             */
            SnapshotBatch.prototype.stream = 0;

            /**
             * SnapshotBatch seq.
             * @member {number} seq
             * @memberof tidemark.v1.SnapshotBatch
             * @instance
             */
            SnapshotBatch.prototype.seq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SnapshotBatch sha256.
             * @member {Uint8Array} sha256
             * @memberof tidemark.v1.SnapshotBatch
             * @instance
             */
            SnapshotBatch.prototype.sha256 = $util.newBuffer([]);

            /**
             * SnapshotBatch ledger.
             * @member {tidemark.v1.Ledger.$Properties|null|undefined} ledger
             * @memberof tidemark.v1.SnapshotBatch
             * @instance
             */
            SnapshotBatch.prototype.ledger = null;

            /**
             * SnapshotBatch records.
             * @member {number} records
             * @memberof tidemark.v1.SnapshotBatch
             * @instance
             */
            SnapshotBatch.prototype.records = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SnapshotBatch rawReadings.
             * @member {number} rawReadings
             * @memberof tidemark.v1.SnapshotBatch
             * @instance
             */
            SnapshotBatch.prototype.rawReadings = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new SnapshotBatch instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.SnapshotBatch
             * @static
             * @param {tidemark.v1.SnapshotBatch.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.SnapshotBatch} SnapshotBatch instance
             * @type {{
             *   (properties: tidemark.v1.SnapshotBatch.$Shape): tidemark.v1.SnapshotBatch & tidemark.v1.SnapshotBatch.$Shape;
             *   (properties?: tidemark.v1.SnapshotBatch.$Properties): tidemark.v1.SnapshotBatch;
             * }}
             */
            SnapshotBatch.create = function(properties) {
                return new SnapshotBatch(properties);
            };

            /**
             * Encodes the specified SnapshotBatch message. Does not implicitly {@link tidemark.v1.SnapshotBatch.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.SnapshotBatch
             * @static
             * @param {tidemark.v1.SnapshotBatch.$Properties} message SnapshotBatch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SnapshotBatch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.stream);
                if (message.seq != null && $Object.hasOwnProperty.call(message, "seq") && (typeof message.seq === "object" ? message.seq.low || message.seq.high : message.seq !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.seq);
                if (message.sha256 != null && $Object.hasOwnProperty.call(message, "sha256") && message.sha256.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.sha256);
                if (message.ledger != null && $Object.hasOwnProperty.call(message, "ledger"))
                    $root.tidemark.v1.Ledger.encode(message.ledger, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.records != null && $Object.hasOwnProperty.call(message, "records") && (typeof message.records === "object" ? message.records.low || message.records.high : message.records !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.records);
                if (message.rawReadings != null && $Object.hasOwnProperty.call(message, "rawReadings") && (typeof message.rawReadings === "object" ? message.rawReadings.low || message.rawReadings.high : message.rawReadings !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.rawReadings);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SnapshotBatch message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.SnapshotBatch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotBatch & tidemark.v1.SnapshotBatch.$Shape} SnapshotBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SnapshotBatch.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.SnapshotBatch();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.seq = value;
                            else
                                delete message.seq;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.sha256 = value;
                            else
                                delete message.sha256;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.ledger = $root.tidemark.v1.Ledger.decode(reader, reader.size(), $undefined, _depth + 1, message.ledger);
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.records = value;
                            else
                                delete message.records;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.rawReadings = value;
                            else
                                delete message.rawReadings;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SnapshotBatch;
        })();

        v1.SnapshotOrigin = (function() {

            /**
             * Properties of a SnapshotOrigin.
             * @typedef {Object} tidemark.v1.SnapshotOrigin.$Properties
             * @property {number|null} [stream] SnapshotOrigin stream
             * @property {number|null} [seq] SnapshotOrigin seq
             * @property {number|null} [hash48] SnapshotOrigin hash48
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SnapshotOrigin.
             * @memberof tidemark.v1
             * @interface ISnapshotOrigin
             * @augments tidemark.v1.SnapshotOrigin.$Properties
             * @deprecated Use tidemark.v1.SnapshotOrigin.$Properties instead.
             */

            /**
             * Shape of a SnapshotOrigin.
             * @typedef {tidemark.v1.SnapshotOrigin.$Properties} tidemark.v1.SnapshotOrigin.$Shape
             */

            /**
             * Constructs a new SnapshotOrigin.
             * @memberof tidemark.v1
             * @classdesc Represents a SnapshotOrigin.
             * @constructor
             * @param {tidemark.v1.SnapshotOrigin.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SnapshotOrigin = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SnapshotOrigin stream.
             * @member {number} stream
             * @memberof tidemark.v1.SnapshotOrigin
             * @instance
             */
            SnapshotOrigin.prototype.stream = 0;

            /**
             * SnapshotOrigin seq.
             * @member {number} seq
             * @memberof tidemark.v1.SnapshotOrigin
             * @instance
             */
            SnapshotOrigin.prototype.seq = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SnapshotOrigin hash48.
             * @member {number} hash48
             * @memberof tidemark.v1.SnapshotOrigin
             * @instance
             */
            SnapshotOrigin.prototype.hash48 = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new SnapshotOrigin instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.SnapshotOrigin
             * @static
             * @param {tidemark.v1.SnapshotOrigin.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.SnapshotOrigin} SnapshotOrigin instance
             * @type {{
             *   (properties: tidemark.v1.SnapshotOrigin.$Shape): tidemark.v1.SnapshotOrigin & tidemark.v1.SnapshotOrigin.$Shape;
             *   (properties?: tidemark.v1.SnapshotOrigin.$Properties): tidemark.v1.SnapshotOrigin;
             * }}
             */
            SnapshotOrigin.create = function(properties) {
                return new SnapshotOrigin(properties);
            };

            /**
             * Encodes the specified SnapshotOrigin message. Does not implicitly {@link tidemark.v1.SnapshotOrigin.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.SnapshotOrigin
             * @static
             * @param {tidemark.v1.SnapshotOrigin.$Properties} message SnapshotOrigin message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SnapshotOrigin.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.stream);
                if (message.seq != null && $Object.hasOwnProperty.call(message, "seq") && (typeof message.seq === "object" ? message.seq.low || message.seq.high : message.seq !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.seq);
                if (message.hash48 != null && $Object.hasOwnProperty.call(message, "hash48") && (typeof message.hash48 === "object" ? message.hash48.low || message.hash48.high : message.hash48 !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.hash48);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SnapshotOrigin message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.SnapshotOrigin
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotOrigin & tidemark.v1.SnapshotOrigin.$Shape} SnapshotOrigin
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SnapshotOrigin.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.SnapshotOrigin();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.seq = value;
                            else
                                delete message.seq;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.hash48 = value;
                            else
                                delete message.hash48;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SnapshotOrigin;
        })();

        v1.SnapshotCommand = (function() {

            /**
             * Properties of a SnapshotCommand.
             * @typedef {Object} tidemark.v1.SnapshotCommand.$Properties
             * @property {tidemark.v1.SnapshotOrigin.$Properties|null} [origin] SnapshotCommand origin
             * @property {tidemark.v1.OperatorCommand.$Properties|null} [command] SnapshotCommand command
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SnapshotCommand.
             * @memberof tidemark.v1
             * @interface ISnapshotCommand
             * @augments tidemark.v1.SnapshotCommand.$Properties
             * @deprecated Use tidemark.v1.SnapshotCommand.$Properties instead.
             */

            /**
             * Shape of a SnapshotCommand.
             * @typedef {{
             *   origin?: tidemark.v1.SnapshotOrigin.$Shape|null;
             *   command?: tidemark.v1.OperatorCommand.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * }} tidemark.v1.SnapshotCommand.$Shape
             */

            /**
             * Constructs a new SnapshotCommand.
             * @memberof tidemark.v1
             * @classdesc Represents a SnapshotCommand.
             * @constructor
             * @param {tidemark.v1.SnapshotCommand.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SnapshotCommand = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SnapshotCommand origin.
             * @member {tidemark.v1.SnapshotOrigin.$Properties|null|undefined} origin
             * @memberof tidemark.v1.SnapshotCommand
             * @instance
             */
            SnapshotCommand.prototype.origin = null;

            /**
             * SnapshotCommand command.
             * @member {tidemark.v1.OperatorCommand.$Properties|null|undefined} command
             * @memberof tidemark.v1.SnapshotCommand
             * @instance
             */
            SnapshotCommand.prototype.command = null;

            /**
             * Creates a new SnapshotCommand instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.SnapshotCommand
             * @static
             * @param {tidemark.v1.SnapshotCommand.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.SnapshotCommand} SnapshotCommand instance
             * @type {{
             *   (properties: tidemark.v1.SnapshotCommand.$Shape): tidemark.v1.SnapshotCommand & tidemark.v1.SnapshotCommand.$Shape;
             *   (properties?: tidemark.v1.SnapshotCommand.$Properties): tidemark.v1.SnapshotCommand;
             * }}
             */
            SnapshotCommand.create = function(properties) {
                return new SnapshotCommand(properties);
            };

            /**
             * Encodes the specified SnapshotCommand message. Does not implicitly {@link tidemark.v1.SnapshotCommand.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.SnapshotCommand
             * @static
             * @param {tidemark.v1.SnapshotCommand.$Properties} message SnapshotCommand message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SnapshotCommand.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.origin != null && $Object.hasOwnProperty.call(message, "origin"))
                    $root.tidemark.v1.SnapshotOrigin.encode(message.origin, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.command != null && $Object.hasOwnProperty.call(message, "command"))
                    $root.tidemark.v1.OperatorCommand.encode(message.command, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SnapshotCommand message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.SnapshotCommand
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotCommand & tidemark.v1.SnapshotCommand.$Shape} SnapshotCommand
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SnapshotCommand.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.SnapshotCommand();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.origin = $root.tidemark.v1.SnapshotOrigin.decode(reader, reader.size(), $undefined, _depth + 1, message.origin);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.command = $root.tidemark.v1.OperatorCommand.decode(reader, reader.size(), $undefined, _depth + 1, message.command);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SnapshotCommand;
        })();

        v1.SnapshotRaw = (function() {

            /**
             * Properties of a SnapshotRaw.
             * @typedef {Object} tidemark.v1.SnapshotRaw.$Properties
             * @property {tidemark.v1.SnapshotOrigin.$Properties|null} [origin] SnapshotRaw origin
             * @property {number|null} [series] SnapshotRaw series
             * @property {number|null} [position] SnapshotRaw position
             * @property {Uint8Array|null} [columns] SnapshotRaw columns
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SnapshotRaw.
             * @memberof tidemark.v1
             * @interface ISnapshotRaw
             * @augments tidemark.v1.SnapshotRaw.$Properties
             * @deprecated Use tidemark.v1.SnapshotRaw.$Properties instead.
             */

            /**
             * Shape of a SnapshotRaw.
             * @typedef {tidemark.v1.SnapshotRaw.$Properties} tidemark.v1.SnapshotRaw.$Shape
             */

            /**
             * Constructs a new SnapshotRaw.
             * @memberof tidemark.v1
             * @classdesc Represents a SnapshotRaw.
             * @constructor
             * @param {tidemark.v1.SnapshotRaw.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SnapshotRaw = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SnapshotRaw origin.
             * @member {tidemark.v1.SnapshotOrigin.$Properties|null|undefined} origin
             * @memberof tidemark.v1.SnapshotRaw
             * @instance
             */
            SnapshotRaw.prototype.origin = null;

            /**
             * SnapshotRaw series.
             * @member {number} series
             * @memberof tidemark.v1.SnapshotRaw
             * @instance
             */
            SnapshotRaw.prototype.series = 0;

            /**
             * SnapshotRaw position.
             * @member {number} position
             * @memberof tidemark.v1.SnapshotRaw
             * @instance
             */
            SnapshotRaw.prototype.position = 0;

            /**
             * SnapshotRaw columns.
             * @member {Uint8Array} columns
             * @memberof tidemark.v1.SnapshotRaw
             * @instance
             */
            SnapshotRaw.prototype.columns = $util.newBuffer([]);

            /**
             * Creates a new SnapshotRaw instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.SnapshotRaw
             * @static
             * @param {tidemark.v1.SnapshotRaw.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.SnapshotRaw} SnapshotRaw instance
             * @type {{
             *   (properties: tidemark.v1.SnapshotRaw.$Shape): tidemark.v1.SnapshotRaw & tidemark.v1.SnapshotRaw.$Shape;
             *   (properties?: tidemark.v1.SnapshotRaw.$Properties): tidemark.v1.SnapshotRaw;
             * }}
             */
            SnapshotRaw.create = function(properties) {
                return new SnapshotRaw(properties);
            };

            /**
             * Encodes the specified SnapshotRaw message. Does not implicitly {@link tidemark.v1.SnapshotRaw.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.SnapshotRaw
             * @static
             * @param {tidemark.v1.SnapshotRaw.$Properties} message SnapshotRaw message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SnapshotRaw.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.origin != null && $Object.hasOwnProperty.call(message, "origin"))
                    $root.tidemark.v1.SnapshotOrigin.encode(message.origin, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.series != null && $Object.hasOwnProperty.call(message, "series") && message.series !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.series);
                if (message.position != null && $Object.hasOwnProperty.call(message, "position") && message.position !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.position);
                if (message.columns != null && $Object.hasOwnProperty.call(message, "columns") && message.columns.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.columns);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SnapshotRaw message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.SnapshotRaw
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotRaw & tidemark.v1.SnapshotRaw.$Shape} SnapshotRaw
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SnapshotRaw.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.SnapshotRaw();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.origin = $root.tidemark.v1.SnapshotOrigin.decode(reader, reader.size(), $undefined, _depth + 1, message.origin);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.series = value;
                            else
                                delete message.series;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.position = value;
                            else
                                delete message.position;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.columns = value;
                            else
                                delete message.columns;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SnapshotRaw;
        })();

        v1.SnapshotSchema = (function() {

            /**
             * Properties of a SnapshotSchema.
             * @typedef {Object} tidemark.v1.SnapshotSchema.$Properties
             * @property {number|null} [series] SnapshotSchema series
             * @property {number|null} [type] SnapshotSchema type
             * @property {number|null} [firstMs] SnapshotSchema firstMs
             * @property {number|null} [lastMs] SnapshotSchema lastMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SnapshotSchema.
             * @memberof tidemark.v1
             * @interface ISnapshotSchema
             * @augments tidemark.v1.SnapshotSchema.$Properties
             * @deprecated Use tidemark.v1.SnapshotSchema.$Properties instead.
             */

            /**
             * Shape of a SnapshotSchema.
             * @typedef {tidemark.v1.SnapshotSchema.$Properties} tidemark.v1.SnapshotSchema.$Shape
             */

            /**
             * Constructs a new SnapshotSchema.
             * @memberof tidemark.v1
             * @classdesc Represents a SnapshotSchema.
             * @constructor
             * @param {tidemark.v1.SnapshotSchema.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SnapshotSchema = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SnapshotSchema series.
             * @member {number} series
             * @memberof tidemark.v1.SnapshotSchema
             * @instance
             */
            SnapshotSchema.prototype.series = 0;

            /**
             * SnapshotSchema type.
             * @member {number} type
             * @memberof tidemark.v1.SnapshotSchema
             * @instance
             */
            SnapshotSchema.prototype.type = 0;

            /**
             * SnapshotSchema firstMs.
             * @member {number} firstMs
             * @memberof tidemark.v1.SnapshotSchema
             * @instance
             */
            SnapshotSchema.prototype.firstMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * SnapshotSchema lastMs.
             * @member {number} lastMs
             * @memberof tidemark.v1.SnapshotSchema
             * @instance
             */
            SnapshotSchema.prototype.lastMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Creates a new SnapshotSchema instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.SnapshotSchema
             * @static
             * @param {tidemark.v1.SnapshotSchema.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.SnapshotSchema} SnapshotSchema instance
             * @type {{
             *   (properties: tidemark.v1.SnapshotSchema.$Shape): tidemark.v1.SnapshotSchema & tidemark.v1.SnapshotSchema.$Shape;
             *   (properties?: tidemark.v1.SnapshotSchema.$Properties): tidemark.v1.SnapshotSchema;
             * }}
             */
            SnapshotSchema.create = function(properties) {
                return new SnapshotSchema(properties);
            };

            /**
             * Encodes the specified SnapshotSchema message. Does not implicitly {@link tidemark.v1.SnapshotSchema.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.SnapshotSchema
             * @static
             * @param {tidemark.v1.SnapshotSchema.$Properties} message SnapshotSchema message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SnapshotSchema.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.series != null && $Object.hasOwnProperty.call(message, "series") && message.series !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.series);
                if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.type);
                if (message.firstMs != null && $Object.hasOwnProperty.call(message, "firstMs") && (typeof message.firstMs === "object" ? message.firstMs.low || message.firstMs.high : message.firstMs !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).int64(message.firstMs);
                if (message.lastMs != null && $Object.hasOwnProperty.call(message, "lastMs") && (typeof message.lastMs === "object" ? message.lastMs.low || message.lastMs.high : message.lastMs !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).int64(message.lastMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SnapshotSchema message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.SnapshotSchema
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotSchema & tidemark.v1.SnapshotSchema.$Shape} SnapshotSchema
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SnapshotSchema.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.SnapshotSchema();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.series = value;
                            else
                                delete message.series;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.type = value;
                            else
                                delete message.type;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.firstMs = value;
                            else
                                delete message.firstMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.lastMs = value;
                            else
                                delete message.lastMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SnapshotSchema;
        })();

        v1.SnapshotVoid = (function() {

            /**
             * Properties of a SnapshotVoid.
             * @typedef {Object} tidemark.v1.SnapshotVoid.$Properties
             * @property {number|null} [stream] SnapshotVoid stream
             * @property {number|null} [first] SnapshotVoid first
             * @property {number|null} [last] SnapshotVoid last
             * @property {number|null} [readings] SnapshotVoid readings
             * @property {string|null} [reason] SnapshotVoid reason
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SnapshotVoid.
             * @memberof tidemark.v1
             * @interface ISnapshotVoid
             * @augments tidemark.v1.SnapshotVoid.$Properties
             * @deprecated Use tidemark.v1.SnapshotVoid.$Properties instead.
             */

            /**
             * Shape of a SnapshotVoid.
             * @typedef {tidemark.v1.SnapshotVoid.$Properties} tidemark.v1.SnapshotVoid.$Shape
             */

            /**
             * Constructs a new SnapshotVoid.
             * @memberof tidemark.v1
             * @classdesc Represents a SnapshotVoid.
             * @constructor
             * @param {tidemark.v1.SnapshotVoid.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SnapshotVoid = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SnapshotVoid stream.
             * @member {number} stream
             * @memberof tidemark.v1.SnapshotVoid
             * @instance
             */
            SnapshotVoid.prototype.stream = 0;

            /**
             * SnapshotVoid first.
             * @member {number} first
             * @memberof tidemark.v1.SnapshotVoid
             * @instance
             */
            SnapshotVoid.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SnapshotVoid last.
             * @member {number} last
             * @memberof tidemark.v1.SnapshotVoid
             * @instance
             */
            SnapshotVoid.prototype.last = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SnapshotVoid readings.
             * @member {number} readings
             * @memberof tidemark.v1.SnapshotVoid
             * @instance
             */
            SnapshotVoid.prototype.readings = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SnapshotVoid reason.
             * @member {string} reason
             * @memberof tidemark.v1.SnapshotVoid
             * @instance
             */
            SnapshotVoid.prototype.reason = "";

            /**
             * Creates a new SnapshotVoid instance using the specified properties.
             * @function create
             * @memberof tidemark.v1.SnapshotVoid
             * @static
             * @param {tidemark.v1.SnapshotVoid.$Properties=} [properties] Properties to set
             * @returns {tidemark.v1.SnapshotVoid} SnapshotVoid instance
             * @type {{
             *   (properties: tidemark.v1.SnapshotVoid.$Shape): tidemark.v1.SnapshotVoid & tidemark.v1.SnapshotVoid.$Shape;
             *   (properties?: tidemark.v1.SnapshotVoid.$Properties): tidemark.v1.SnapshotVoid;
             * }}
             */
            SnapshotVoid.create = function(properties) {
                return new SnapshotVoid(properties);
            };

            /**
             * Encodes the specified SnapshotVoid message. Does not implicitly {@link tidemark.v1.SnapshotVoid.verify|verify} messages.
             * @function encode
             * @memberof tidemark.v1.SnapshotVoid
             * @static
             * @param {tidemark.v1.SnapshotVoid.$Properties} message SnapshotVoid message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SnapshotVoid.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.stream);
                if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.first);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last") && (typeof message.last === "object" ? message.last.low || message.last.high : message.last !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.last);
                if (message.readings != null && $Object.hasOwnProperty.call(message, "readings") && (typeof message.readings === "object" ? message.readings.low || message.readings.high : message.readings !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.readings);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SnapshotVoid message from the specified reader or buffer.
             * @function decode
             * @memberof tidemark.v1.SnapshotVoid
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotVoid & tidemark.v1.SnapshotVoid.$Shape} SnapshotVoid
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SnapshotVoid.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidemark.v1.SnapshotVoid();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.first = value;
                            else
                                delete message.first;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.last = value;
                            else
                                delete message.last;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.readings = value;
                            else
                                delete message.readings;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SnapshotVoid;
        })();

        return v1;
    })();

    return tidemark;
})();

export {
  $root as default
};
