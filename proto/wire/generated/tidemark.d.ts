import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace tidemark. */
export namespace tidemark {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a BatchBody.
         * @deprecated Use tidemark.v1.BatchBody.$Properties instead.
         */
        interface IBatchBody extends tidemark.v1.BatchBody.$Properties {
        }

        /** Represents a BatchBody. */
        class BatchBody {

            /**
             * Constructs a new BatchBody.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.BatchBody.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BatchBody format. */
            format: number;

            /** BatchBody streamId. */
            streamId: Uint8Array;

            /** BatchBody seq. */
            seq: number;

            /** BatchBody gateway. */
            gateway: string;

            /** BatchBody sealedAtMs. */
            sealedAtMs: number;

            /** BatchBody names. */
            names: string[];

            /** BatchBody series. */
            series: tidemark.v1.Series.$Properties[];

            /** BatchBody windows. */
            windows?: (tidemark.v1.WindowColumns.$Properties|null);

            /** BatchBody raws. */
            raws: tidemark.v1.RawColumns.$Properties[];

            /** BatchBody ledger. */
            ledger?: (tidemark.v1.Ledger.$Properties|null);

            /** BatchBody commands. */
            commands: tidemark.v1.OperatorCommand.$Properties[];

            /** BatchBody readingWindows. */
            readingWindows: tidemark.v1.ReadingWindowColumns.$Properties[];

            /** BatchBody windowCells. */
            windowCells?: (tidemark.v1.WindowCellColumns.$Properties|null);

            /**
             * Creates a new BatchBody instance using the specified properties.
             * @param [properties] Properties to set
             * @returns BatchBody instance
             */
            static create(properties: tidemark.v1.BatchBody.$Shape): tidemark.v1.BatchBody & tidemark.v1.BatchBody.$Shape;
            static create(properties?: tidemark.v1.BatchBody.$Properties): tidemark.v1.BatchBody;

            /**
             * Encodes the specified BatchBody message. Does not implicitly {@link tidemark.v1.BatchBody.verify|verify} messages.
             * @param message BatchBody message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.BatchBody.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BatchBody message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.BatchBody & tidemark.v1.BatchBody.$Shape} BatchBody
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.BatchBody & tidemark.v1.BatchBody.$Shape;
        }

        namespace BatchBody {

            /** Properties of a BatchBody. */
            interface $Properties {

                /** BatchBody format */
                format?: (number|null);

                /** BatchBody streamId */
                streamId?: (Uint8Array|null);

                /** BatchBody seq */
                seq?: (number|null);

                /** BatchBody gateway */
                gateway?: (string|null);

                /** BatchBody sealedAtMs */
                sealedAtMs?: (number|null);

                /** BatchBody names */
                names?: (string[]|null);

                /** BatchBody series */
                series?: (tidemark.v1.Series.$Properties[]|null);

                /** BatchBody windows */
                windows?: (tidemark.v1.WindowColumns.$Properties|null);

                /** BatchBody raws */
                raws?: (tidemark.v1.RawColumns.$Properties[]|null);

                /** BatchBody ledger */
                ledger?: (tidemark.v1.Ledger.$Properties|null);

                /** BatchBody commands */
                commands?: (tidemark.v1.OperatorCommand.$Properties[]|null);

                /** BatchBody readingWindows */
                readingWindows?: (tidemark.v1.ReadingWindowColumns.$Properties[]|null);

                /** BatchBody windowCells */
                windowCells?: (tidemark.v1.WindowCellColumns.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BatchBody. */
            type $Shape = {
              format?: number|null;
              streamId?: Uint8Array|null;
              seq?: number|null;
              gateway?: string|null;
              sealedAtMs?: number|null;
              names?: string[]|null;
              series?: tidemark.v1.Series.$Shape[]|null;
              windows?: tidemark.v1.WindowColumns.$Shape|null;
              raws?: tidemark.v1.RawColumns.$Shape[]|null;
              ledger?: tidemark.v1.Ledger.$Shape|null;
              commands?: tidemark.v1.OperatorCommand.$Shape[]|null;
              readingWindows?: tidemark.v1.ReadingWindowColumns.$Shape[]|null;
              windowCells?: tidemark.v1.WindowCellColumns.$Shape|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a Series.
         * @deprecated Use tidemark.v1.Series.$Properties instead.
         */
        interface ISeries extends tidemark.v1.Series.$Properties {
        }

        /** Represents a Series. */
        class Series {

            /**
             * Constructs a new Series.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.Series.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Series device. */
            device: number;

            /** Series metric. */
            metric: number;

            /** Series unit. */
            unit: number;

            /** Series haMode. */
            haMode: number;

            /** Series later. */
            later: boolean;

            /** Series arrivalToleranceMs. */
            arrivalToleranceMs: number;

            /** Series withoutQuantiles. */
            withoutQuantiles: boolean;

            /**
             * Creates a new Series instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Series instance
             */
            static create(properties: tidemark.v1.Series.$Shape): tidemark.v1.Series & tidemark.v1.Series.$Shape;
            static create(properties?: tidemark.v1.Series.$Properties): tidemark.v1.Series;

            /**
             * Encodes the specified Series message. Does not implicitly {@link tidemark.v1.Series.verify|verify} messages.
             * @param message Series message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.Series.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Series message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.Series & tidemark.v1.Series.$Shape} Series
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.Series & tidemark.v1.Series.$Shape;
        }

        namespace Series {

            /** Properties of a Series. */
            interface $Properties {

                /** Series device */
                device?: (number|null);

                /** Series metric */
                metric?: (number|null);

                /** Series unit */
                unit?: (number|null);

                /** Series haMode */
                haMode?: (number|null);

                /** Series later */
                later?: (boolean|null);

                /** Series arrivalToleranceMs */
                arrivalToleranceMs?: (number|null);

                /** Series withoutQuantiles */
                withoutQuantiles?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Series. */
            type $Shape = tidemark.v1.Series.$Properties;
        }

        /**
         * Properties of a WindowColumns.
         * @deprecated Use tidemark.v1.WindowColumns.$Properties instead.
         */
        interface IWindowColumns extends tidemark.v1.WindowColumns.$Properties {
        }

        /** Represents a WindowColumns. */
        class WindowColumns {

            /**
             * Constructs a new WindowColumns.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.WindowColumns.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** WindowColumns series. */
            series: number[];

            /** WindowColumns windowMs. */
            windowMs: number[];

            /** WindowColumns start. */
            start: Uint8Array;

            /** WindowColumns part. */
            part: number[];

            /** WindowColumns carry. */
            carry: number[];

            /** WindowColumns carries. */
            carries: Uint8Array[];

            /** WindowColumns revision. */
            revision: number[];

            /** WindowColumns count. */
            count: number[];

            /** WindowColumns numericCount. */
            numericCount: number[];

            /** WindowColumns sum. */
            sum?: (tidemark.v1.NumberColumn.$Properties|null);

            /** WindowColumns min. */
            min?: (tidemark.v1.NumberColumn.$Properties|null);

            /** WindowColumns max. */
            max?: (tidemark.v1.NumberColumn.$Properties|null);

            /** WindowColumns mean. */
            mean?: (tidemark.v1.NumberColumn.$Properties|null);

            /** WindowColumns m2. */
            m2?: (tidemark.v1.NumberColumn.$Properties|null);

            /** WindowColumns firstOffsetMs. */
            firstOffsetMs: number[];

            /** WindowColumns first. */
            first?: (tidemark.v1.ValueColumn.$Properties|null);

            /** WindowColumns lastOffsetMs. */
            lastOffsetMs: number[];

            /** WindowColumns last. */
            last?: (tidemark.v1.ValueColumn.$Properties|null);

            /** WindowColumns coverage. */
            coverage: number[];

            /** WindowColumns sketch. */
            sketch: Uint8Array[];

            /**
             * Creates a new WindowColumns instance using the specified properties.
             * @param [properties] Properties to set
             * @returns WindowColumns instance
             */
            static create(properties: tidemark.v1.WindowColumns.$Shape): tidemark.v1.WindowColumns & tidemark.v1.WindowColumns.$Shape;
            static create(properties?: tidemark.v1.WindowColumns.$Properties): tidemark.v1.WindowColumns;

            /**
             * Encodes the specified WindowColumns message. Does not implicitly {@link tidemark.v1.WindowColumns.verify|verify} messages.
             * @param message WindowColumns message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.WindowColumns.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a WindowColumns message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.WindowColumns & tidemark.v1.WindowColumns.$Shape} WindowColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.WindowColumns & tidemark.v1.WindowColumns.$Shape;
        }

        namespace WindowColumns {

            /** Properties of a WindowColumns. */
            interface $Properties {

                /** WindowColumns series */
                series?: (number[]|null);

                /** WindowColumns windowMs */
                windowMs?: (number[]|null);

                /** WindowColumns start */
                start?: (Uint8Array|null);

                /** WindowColumns part */
                part?: (number[]|null);

                /** WindowColumns carry */
                carry?: (number[]|null);

                /** WindowColumns carries */
                carries?: (Uint8Array[]|null);

                /** WindowColumns revision */
                revision?: (number[]|null);

                /** WindowColumns count */
                count?: (number[]|null);

                /** WindowColumns numericCount */
                numericCount?: (number[]|null);

                /** WindowColumns sum */
                sum?: (tidemark.v1.NumberColumn.$Properties|null);

                /** WindowColumns min */
                min?: (tidemark.v1.NumberColumn.$Properties|null);

                /** WindowColumns max */
                max?: (tidemark.v1.NumberColumn.$Properties|null);

                /** WindowColumns mean */
                mean?: (tidemark.v1.NumberColumn.$Properties|null);

                /** WindowColumns m2 */
                m2?: (tidemark.v1.NumberColumn.$Properties|null);

                /** WindowColumns firstOffsetMs */
                firstOffsetMs?: (number[]|null);

                /** WindowColumns first */
                first?: (tidemark.v1.ValueColumn.$Properties|null);

                /** WindowColumns lastOffsetMs */
                lastOffsetMs?: (number[]|null);

                /** WindowColumns last */
                last?: (tidemark.v1.ValueColumn.$Properties|null);

                /** WindowColumns coverage */
                coverage?: (number[]|null);

                /** WindowColumns sketch */
                sketch?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a WindowColumns. */
            type $Shape = tidemark.v1.WindowColumns.$Properties;
        }

        /**
         * Properties of a ReadingWindowColumns.
         * @deprecated Use tidemark.v1.ReadingWindowColumns.$Properties instead.
         */
        interface IReadingWindowColumns extends tidemark.v1.ReadingWindowColumns.$Properties {
        }

        /** Represents a ReadingWindowColumns. */
        class ReadingWindowColumns {

            /**
             * Constructs a new ReadingWindowColumns.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.ReadingWindowColumns.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReadingWindowColumns series. */
            series: number[];

            /** ReadingWindowColumns windowMs. */
            windowMs: number[];

            /** ReadingWindowColumns start. */
            start: Uint8Array;

            /** ReadingWindowColumns part. */
            part: number[];

            /** ReadingWindowColumns carry. */
            carry: number[];

            /** ReadingWindowColumns carries. */
            carries: Uint8Array[];

            /** ReadingWindowColumns revision. */
            revision: number[];

            /** ReadingWindowColumns readings. */
            readings?: (tidemark.v1.ReadingColumns.$Properties|null);

            /**
             * Creates a new ReadingWindowColumns instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ReadingWindowColumns instance
             */
            static create(properties: tidemark.v1.ReadingWindowColumns.$Shape): tidemark.v1.ReadingWindowColumns & tidemark.v1.ReadingWindowColumns.$Shape;
            static create(properties?: tidemark.v1.ReadingWindowColumns.$Properties): tidemark.v1.ReadingWindowColumns;

            /**
             * Encodes the specified ReadingWindowColumns message. Does not implicitly {@link tidemark.v1.ReadingWindowColumns.verify|verify} messages.
             * @param message ReadingWindowColumns message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.ReadingWindowColumns.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReadingWindowColumns message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.ReadingWindowColumns & tidemark.v1.ReadingWindowColumns.$Shape} ReadingWindowColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.ReadingWindowColumns & tidemark.v1.ReadingWindowColumns.$Shape;
        }

        namespace ReadingWindowColumns {

            /** Properties of a ReadingWindowColumns. */
            interface $Properties {

                /** ReadingWindowColumns series */
                series?: (number[]|null);

                /** ReadingWindowColumns windowMs */
                windowMs?: (number[]|null);

                /** ReadingWindowColumns start */
                start?: (Uint8Array|null);

                /** ReadingWindowColumns part */
                part?: (number[]|null);

                /** ReadingWindowColumns carry */
                carry?: (number[]|null);

                /** ReadingWindowColumns carries */
                carries?: (Uint8Array[]|null);

                /** ReadingWindowColumns revision */
                revision?: (number[]|null);

                /** ReadingWindowColumns readings */
                readings?: (tidemark.v1.ReadingColumns.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReadingWindowColumns. */
            type $Shape = tidemark.v1.ReadingWindowColumns.$Properties;
        }

        /**
         * Properties of a ReadingColumns.
         * @deprecated Use tidemark.v1.ReadingColumns.$Properties instead.
         */
        interface IReadingColumns extends tidemark.v1.ReadingColumns.$Properties {
        }

        /** Represents a ReadingColumns. */
        class ReadingColumns {

            /**
             * Constructs a new ReadingColumns.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.ReadingColumns.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReadingColumns count. */
            count: number[];

            /** ReadingColumns times. */
            times: Uint8Array;

            /** ReadingColumns values. */
            values?: (tidemark.v1.ValueColumn.$Properties|null);

            /** ReadingColumns clocks. */
            clocks: Uint8Array;

            /**
             * Creates a new ReadingColumns instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ReadingColumns instance
             */
            static create(properties: tidemark.v1.ReadingColumns.$Shape): tidemark.v1.ReadingColumns & tidemark.v1.ReadingColumns.$Shape;
            static create(properties?: tidemark.v1.ReadingColumns.$Properties): tidemark.v1.ReadingColumns;

            /**
             * Encodes the specified ReadingColumns message. Does not implicitly {@link tidemark.v1.ReadingColumns.verify|verify} messages.
             * @param message ReadingColumns message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.ReadingColumns.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReadingColumns message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.ReadingColumns & tidemark.v1.ReadingColumns.$Shape} ReadingColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.ReadingColumns & tidemark.v1.ReadingColumns.$Shape;
        }

        namespace ReadingColumns {

            /** Properties of a ReadingColumns. */
            interface $Properties {

                /** ReadingColumns count */
                count?: (number[]|null);

                /** ReadingColumns times */
                times?: (Uint8Array|null);

                /** ReadingColumns values */
                values?: (tidemark.v1.ValueColumn.$Properties|null);

                /** ReadingColumns clocks */
                clocks?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReadingColumns. */
            type $Shape = tidemark.v1.ReadingColumns.$Properties;
        }

        /**
         * Properties of a WindowCellColumns.
         * @deprecated Use tidemark.v1.WindowCellColumns.$Properties instead.
         */
        interface IWindowCellColumns extends tidemark.v1.WindowCellColumns.$Properties {
        }

        /** Represents a WindowCellColumns. */
        class WindowCellColumns {

            /**
             * Constructs a new WindowCellColumns.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.WindowCellColumns.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** WindowCellColumns row. */
            row: number[];

            /** WindowCellColumns cells. */
            cells?: (tidemark.v1.CellColumns.$Properties|null);

            /**
             * Creates a new WindowCellColumns instance using the specified properties.
             * @param [properties] Properties to set
             * @returns WindowCellColumns instance
             */
            static create(properties: tidemark.v1.WindowCellColumns.$Shape): tidemark.v1.WindowCellColumns & tidemark.v1.WindowCellColumns.$Shape;
            static create(properties?: tidemark.v1.WindowCellColumns.$Properties): tidemark.v1.WindowCellColumns;

            /**
             * Encodes the specified WindowCellColumns message. Does not implicitly {@link tidemark.v1.WindowCellColumns.verify|verify} messages.
             * @param message WindowCellColumns message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.WindowCellColumns.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a WindowCellColumns message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.WindowCellColumns & tidemark.v1.WindowCellColumns.$Shape} WindowCellColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.WindowCellColumns & tidemark.v1.WindowCellColumns.$Shape;
        }

        namespace WindowCellColumns {

            /** Properties of a WindowCellColumns. */
            interface $Properties {

                /** WindowCellColumns row */
                row?: (number[]|null);

                /** WindowCellColumns cells */
                cells?: (tidemark.v1.CellColumns.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a WindowCellColumns. */
            type $Shape = tidemark.v1.WindowCellColumns.$Properties;
        }

        /**
         * Properties of a CellColumns.
         * @deprecated Use tidemark.v1.CellColumns.$Properties instead.
         */
        interface ICellColumns extends tidemark.v1.CellColumns.$Properties {
        }

        /** Represents a CellColumns. */
        class CellColumns {

            /**
             * Constructs a new CellColumns.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.CellColumns.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CellColumns count. */
            count: number[];

            /** CellColumns times. */
            times: Uint8Array;

            /** CellColumns readings. */
            readings: number[];

            /** CellColumns numeric. */
            numeric: number[];

            /** CellColumns sum. */
            sum?: (tidemark.v1.NumberColumn.$Properties|null);

            /** CellColumns byArrival. */
            byArrival: Uint8Array;

            /** CellColumns hash. */
            hash: number[];

            /**
             * Creates a new CellColumns instance using the specified properties.
             * @param [properties] Properties to set
             * @returns CellColumns instance
             */
            static create(properties: tidemark.v1.CellColumns.$Shape): tidemark.v1.CellColumns & tidemark.v1.CellColumns.$Shape;
            static create(properties?: tidemark.v1.CellColumns.$Properties): tidemark.v1.CellColumns;

            /**
             * Encodes the specified CellColumns message. Does not implicitly {@link tidemark.v1.CellColumns.verify|verify} messages.
             * @param message CellColumns message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.CellColumns.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CellColumns message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.CellColumns & tidemark.v1.CellColumns.$Shape} CellColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.CellColumns & tidemark.v1.CellColumns.$Shape;
        }

        namespace CellColumns {

            /** Properties of a CellColumns. */
            interface $Properties {

                /** CellColumns count */
                count?: (number[]|null);

                /** CellColumns times */
                times?: (Uint8Array|null);

                /** CellColumns readings */
                readings?: (number[]|null);

                /** CellColumns numeric */
                numeric?: (number[]|null);

                /** CellColumns sum */
                sum?: (tidemark.v1.NumberColumn.$Properties|null);

                /** CellColumns byArrival */
                byArrival?: (Uint8Array|null);

                /** CellColumns hash */
                hash?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CellColumns. */
            type $Shape = tidemark.v1.CellColumns.$Properties;
        }

        /**
         * Properties of a StoredContent.
         * @deprecated Use tidemark.v1.StoredContent.$Properties instead.
         */
        interface IStoredContent extends tidemark.v1.StoredContent.$Properties {
        }

        /** Represents a StoredContent. */
        class StoredContent {

            /**
             * Constructs a new StoredContent.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.StoredContent.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StoredContent arrivalToleranceMs. */
            arrivalToleranceMs: number;

            /** StoredContent withoutQuantiles. */
            withoutQuantiles: boolean;

            /** StoredContent readings. */
            readings?: (tidemark.v1.ReadingColumns.$Properties|null);

            /** StoredContent cells. */
            cells?: (tidemark.v1.CellColumns.$Properties|null);

            /**
             * Creates a new StoredContent instance using the specified properties.
             * @param [properties] Properties to set
             * @returns StoredContent instance
             */
            static create(properties: tidemark.v1.StoredContent.$Shape): tidemark.v1.StoredContent & tidemark.v1.StoredContent.$Shape;
            static create(properties?: tidemark.v1.StoredContent.$Properties): tidemark.v1.StoredContent;

            /**
             * Encodes the specified StoredContent message. Does not implicitly {@link tidemark.v1.StoredContent.verify|verify} messages.
             * @param message StoredContent message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.StoredContent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StoredContent message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.StoredContent & tidemark.v1.StoredContent.$Shape} StoredContent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.StoredContent & tidemark.v1.StoredContent.$Shape;
        }

        namespace StoredContent {

            /** Properties of a StoredContent. */
            interface $Properties {

                /** StoredContent arrivalToleranceMs */
                arrivalToleranceMs?: (number|null);

                /** StoredContent withoutQuantiles */
                withoutQuantiles?: (boolean|null);

                /** StoredContent readings */
                readings?: (tidemark.v1.ReadingColumns.$Properties|null);

                /** StoredContent cells */
                cells?: (tidemark.v1.CellColumns.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StoredContent. */
            type $Shape = tidemark.v1.StoredContent.$Properties;
        }

        /**
         * Properties of a RawColumns.
         * @deprecated Use tidemark.v1.RawColumns.$Properties instead.
         */
        interface IRawColumns extends tidemark.v1.RawColumns.$Properties {
        }

        /** Represents a RawColumns. */
        class RawColumns {

            /**
             * Constructs a new RawColumns.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.RawColumns.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RawColumns series. */
            series: number;

            /** RawColumns count. */
            count: number;

            /** RawColumns clock. */
            clock: number;

            /** RawColumns firstMs. */
            firstMs: number;

            /** RawColumns minMs. */
            minMs: number;

            /** RawColumns maxMs. */
            maxMs: number;

            /** RawColumns times. */
            times: Uint8Array;

            /** RawColumns values. */
            values?: (tidemark.v1.ValueColumn.$Properties|null);

            /**
             * Creates a new RawColumns instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RawColumns instance
             */
            static create(properties: tidemark.v1.RawColumns.$Shape): tidemark.v1.RawColumns & tidemark.v1.RawColumns.$Shape;
            static create(properties?: tidemark.v1.RawColumns.$Properties): tidemark.v1.RawColumns;

            /**
             * Encodes the specified RawColumns message. Does not implicitly {@link tidemark.v1.RawColumns.verify|verify} messages.
             * @param message RawColumns message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.RawColumns.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RawColumns message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.RawColumns & tidemark.v1.RawColumns.$Shape} RawColumns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.RawColumns & tidemark.v1.RawColumns.$Shape;
        }

        namespace RawColumns {

            /** Properties of a RawColumns. */
            interface $Properties {

                /** RawColumns series */
                series?: (number|null);

                /** RawColumns count */
                count?: (number|null);

                /** RawColumns clock */
                clock?: (number|null);

                /** RawColumns firstMs */
                firstMs?: (number|null);

                /** RawColumns minMs */
                minMs?: (number|null);

                /** RawColumns maxMs */
                maxMs?: (number|null);

                /** RawColumns times */
                times?: (Uint8Array|null);

                /** RawColumns values */
                values?: (tidemark.v1.ValueColumn.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RawColumns. */
            type $Shape = tidemark.v1.RawColumns.$Properties;
        }

        /**
         * Properties of a NumberColumn.
         * @deprecated Use tidemark.v1.NumberColumn.$Properties instead.
         */
        interface INumberColumn extends tidemark.v1.NumberColumn.$Properties {
        }

        /** Represents a NumberColumn. */
        class NumberColumn {

            /**
             * Constructs a new NumberColumn.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.NumberColumn.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NumberColumn scale. */
            scale: number;

            /** NumberColumn decimal. */
            decimal: Uint8Array;

            /** NumberColumn ieee. */
            ieee: Uint8Array;

            /**
             * Creates a new NumberColumn instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NumberColumn instance
             */
            static create(properties: tidemark.v1.NumberColumn.$Shape): tidemark.v1.NumberColumn & tidemark.v1.NumberColumn.$Shape;
            static create(properties?: tidemark.v1.NumberColumn.$Properties): tidemark.v1.NumberColumn;

            /**
             * Encodes the specified NumberColumn message. Does not implicitly {@link tidemark.v1.NumberColumn.verify|verify} messages.
             * @param message NumberColumn message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.NumberColumn.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NumberColumn message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.NumberColumn & tidemark.v1.NumberColumn.$Shape} NumberColumn
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.NumberColumn & tidemark.v1.NumberColumn.$Shape;
        }

        namespace NumberColumn {

            /** Properties of a NumberColumn. */
            interface $Properties {

                /** NumberColumn scale */
                scale?: (number|null);

                /** NumberColumn decimal */
                decimal?: (Uint8Array|null);

                /** NumberColumn ieee */
                ieee?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NumberColumn. */
            type $Shape = tidemark.v1.NumberColumn.$Properties;
        }

        /**
         * Properties of a ValueColumn.
         * @deprecated Use tidemark.v1.ValueColumn.$Properties instead.
         */
        interface IValueColumn extends tidemark.v1.ValueColumn.$Properties {
        }

        /** Represents a ValueColumn. */
        class ValueColumn {

            /**
             * Constructs a new ValueColumn.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.ValueColumn.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ValueColumn kinds. */
            kinds: Uint8Array;

            /** ValueColumn numbers. */
            numbers?: (tidemark.v1.NumberColumn.$Properties|null);

            /** ValueColumn texts. */
            texts: string[];

            /**
             * Creates a new ValueColumn instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ValueColumn instance
             */
            static create(properties: tidemark.v1.ValueColumn.$Shape): tidemark.v1.ValueColumn & tidemark.v1.ValueColumn.$Shape;
            static create(properties?: tidemark.v1.ValueColumn.$Properties): tidemark.v1.ValueColumn;

            /**
             * Encodes the specified ValueColumn message. Does not implicitly {@link tidemark.v1.ValueColumn.verify|verify} messages.
             * @param message ValueColumn message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.ValueColumn.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ValueColumn message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.ValueColumn & tidemark.v1.ValueColumn.$Shape} ValueColumn
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.ValueColumn & tidemark.v1.ValueColumn.$Shape;
        }

        namespace ValueColumn {

            /** Properties of a ValueColumn. */
            interface $Properties {

                /** ValueColumn kinds */
                kinds?: (Uint8Array|null);

                /** ValueColumn numbers */
                numbers?: (tidemark.v1.NumberColumn.$Properties|null);

                /** ValueColumn texts */
                texts?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ValueColumn. */
            type $Shape = tidemark.v1.ValueColumn.$Properties;
        }

        /**
         * Properties of a Ledger.
         * @deprecated Use tidemark.v1.Ledger.$Properties instead.
         */
        interface ILedger extends tidemark.v1.Ledger.$Properties {
        }

        /** Represents a Ledger. */
        class Ledger {

            /**
             * Constructs a new Ledger.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.Ledger.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ledger readings. */
            readings: number;

            /** Ledger redelivered. */
            redelivered: number;

            /** Ledger deadLetters. */
            deadLetters: { [k: string]: number };

            /** Ledger discards. */
            discards: { [k: string]: number };

            /**
             * Creates a new Ledger instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Ledger instance
             */
            static create(properties: tidemark.v1.Ledger.$Shape): tidemark.v1.Ledger & tidemark.v1.Ledger.$Shape;
            static create(properties?: tidemark.v1.Ledger.$Properties): tidemark.v1.Ledger;

            /**
             * Encodes the specified Ledger message. Does not implicitly {@link tidemark.v1.Ledger.verify|verify} messages.
             * @param message Ledger message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.Ledger.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Ledger message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.Ledger & tidemark.v1.Ledger.$Shape} Ledger
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.Ledger & tidemark.v1.Ledger.$Shape;
        }

        namespace Ledger {

            /** Properties of a Ledger. */
            interface $Properties {

                /** Ledger readings */
                readings?: (number|null);

                /** Ledger redelivered */
                redelivered?: (number|null);

                /** Ledger deadLetters */
                deadLetters?: ({ [k: string]: number }|null);

                /** Ledger discards */
                discards?: ({ [k: string]: number }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Ledger. */
            type $Shape = tidemark.v1.Ledger.$Properties;
        }

        /**
         * Properties of an OperatorCommand.
         * @deprecated Use tidemark.v1.OperatorCommand.$Properties instead.
         */
        interface IOperatorCommand extends tidemark.v1.OperatorCommand.$Properties {
        }

        /** Represents an OperatorCommand. */
        class OperatorCommand {

            /**
             * Constructs a new OperatorCommand.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.OperatorCommand.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** OperatorCommand hlc. */
            hlc: number;

            /** OperatorCommand reason. */
            reason: string;

            /** OperatorCommand actor. */
            actor: string;

            /** OperatorCommand override. */
            override?: (tidemark.v1.WindowColumns.$Properties|null);

            /** OperatorCommand backfillReplace. */
            backfillReplace?: (tidemark.v1.WindowColumns.$Properties|null);

            /** OperatorCommand backfillFill. */
            backfillFill?: (tidemark.v1.WindowColumns.$Properties|null);

            /** OperatorCommand clear. */
            clear?: (tidemark.v1.ClearCommand.$Properties|null);

            /** OperatorCommand eraseDevice. */
            eraseDevice?: (string|null);

            /** OperatorCommand setMember. */
            setMember?: (tidemark.v1.SetMemberCommand.$Properties|null);

            /** OperatorCommand keepGateway. */
            keepGateway?: (tidemark.v1.KeepGatewayCommand.$Properties|null);

            /** OperatorCommand command. */
            command?: ("override"|"backfillReplace"|"backfillFill"|"clear"|"eraseDevice"|"setMember"|"keepGateway");

            /**
             * Creates a new OperatorCommand instance using the specified properties.
             * @param [properties] Properties to set
             * @returns OperatorCommand instance
             */
            static create(properties: tidemark.v1.OperatorCommand.$Shape): tidemark.v1.OperatorCommand & tidemark.v1.OperatorCommand.$Shape;
            static create(properties?: tidemark.v1.OperatorCommand.$Properties): tidemark.v1.OperatorCommand;

            /**
             * Encodes the specified OperatorCommand message. Does not implicitly {@link tidemark.v1.OperatorCommand.verify|verify} messages.
             * @param message OperatorCommand message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.OperatorCommand.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an OperatorCommand message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.OperatorCommand & tidemark.v1.OperatorCommand.$Shape} OperatorCommand
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.OperatorCommand & tidemark.v1.OperatorCommand.$Shape;
        }

        namespace OperatorCommand {

            /** Properties of an OperatorCommand. */
            interface $Properties {

                /** OperatorCommand hlc */
                hlc?: (number|null);

                /** OperatorCommand reason */
                reason?: (string|null);

                /** OperatorCommand actor */
                actor?: (string|null);

                /** OperatorCommand override */
                override?: (tidemark.v1.WindowColumns.$Properties|null);

                /** OperatorCommand backfillReplace */
                backfillReplace?: (tidemark.v1.WindowColumns.$Properties|null);

                /** OperatorCommand backfillFill */
                backfillFill?: (tidemark.v1.WindowColumns.$Properties|null);

                /** OperatorCommand clear */
                clear?: (tidemark.v1.ClearCommand.$Properties|null);

                /** OperatorCommand eraseDevice */
                eraseDevice?: (string|null);

                /** OperatorCommand setMember */
                setMember?: (tidemark.v1.SetMemberCommand.$Properties|null);

                /** OperatorCommand keepGateway */
                keepGateway?: (tidemark.v1.KeepGatewayCommand.$Properties|null);

                /** OperatorCommand command */
                command?: ("override"|"backfillReplace"|"backfillFill"|"clear"|"eraseDevice"|"setMember"|"keepGateway");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of an OperatorCommand. */
            type $Shape = {
              hlc?: number|null;
              reason?: string|null;
              actor?: string|null;
              override?: tidemark.v1.WindowColumns.$Shape|null;
              backfillReplace?: tidemark.v1.WindowColumns.$Shape|null;
              backfillFill?: tidemark.v1.WindowColumns.$Shape|null;
              clear?: tidemark.v1.ClearCommand.$Shape|null;
              eraseDevice?: string|null;
              setMember?: tidemark.v1.SetMemberCommand.$Shape|null;
              keepGateway?: tidemark.v1.KeepGatewayCommand.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ command?: undefined; override?: null; backfillReplace?: null; backfillFill?: null; clear?: null; eraseDevice?: null; setMember?: null; keepGateway?: null }|{ command?: "override"; override: tidemark.v1.WindowColumns.$Shape; backfillReplace?: null; backfillFill?: null; clear?: null; eraseDevice?: null; setMember?: null; keepGateway?: null }|{ command?: "backfillReplace"; override?: null; backfillReplace: tidemark.v1.WindowColumns.$Shape; backfillFill?: null; clear?: null; eraseDevice?: null; setMember?: null; keepGateway?: null }|{ command?: "backfillFill"; override?: null; backfillReplace?: null; backfillFill: tidemark.v1.WindowColumns.$Shape; clear?: null; eraseDevice?: null; setMember?: null; keepGateway?: null }|{ command?: "clear"; override?: null; backfillReplace?: null; backfillFill?: null; clear: tidemark.v1.ClearCommand.$Shape; eraseDevice?: null; setMember?: null; keepGateway?: null }|{ command?: "eraseDevice"; override?: null; backfillReplace?: null; backfillFill?: null; clear?: null; eraseDevice: string; setMember?: null; keepGateway?: null }|{ command?: "setMember"; override?: null; backfillReplace?: null; backfillFill?: null; clear?: null; eraseDevice?: null; setMember: tidemark.v1.SetMemberCommand.$Shape; keepGateway?: null }|{ command?: "keepGateway"; override?: null; backfillReplace?: null; backfillFill?: null; clear?: null; eraseDevice?: null; setMember?: null; keepGateway: tidemark.v1.KeepGatewayCommand.$Shape })
            );
        }

        /**
         * Properties of a ClearCommand.
         * @deprecated Use tidemark.v1.ClearCommand.$Properties instead.
         */
        interface IClearCommand extends tidemark.v1.ClearCommand.$Properties {
        }

        /** Represents a ClearCommand. */
        class ClearCommand {

            /**
             * Constructs a new ClearCommand.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.ClearCommand.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClearCommand series. */
            series: number;

            /** ClearCommand windowMs. */
            windowMs: number;

            /** ClearCommand windowStartMs. */
            windowStartMs: number;

            /** ClearCommand rank. */
            rank: number;

            /**
             * Creates a new ClearCommand instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ClearCommand instance
             */
            static create(properties: tidemark.v1.ClearCommand.$Shape): tidemark.v1.ClearCommand & tidemark.v1.ClearCommand.$Shape;
            static create(properties?: tidemark.v1.ClearCommand.$Properties): tidemark.v1.ClearCommand;

            /**
             * Encodes the specified ClearCommand message. Does not implicitly {@link tidemark.v1.ClearCommand.verify|verify} messages.
             * @param message ClearCommand message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.ClearCommand.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClearCommand message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.ClearCommand & tidemark.v1.ClearCommand.$Shape} ClearCommand
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.ClearCommand & tidemark.v1.ClearCommand.$Shape;
        }

        namespace ClearCommand {

            /** Properties of a ClearCommand. */
            interface $Properties {

                /** ClearCommand series */
                series?: (number|null);

                /** ClearCommand windowMs */
                windowMs?: (number|null);

                /** ClearCommand windowStartMs */
                windowStartMs?: (number|null);

                /** ClearCommand rank */
                rank?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClearCommand. */
            type $Shape = tidemark.v1.ClearCommand.$Properties;
        }

        /**
         * Properties of a KeepGatewayCommand.
         * @deprecated Use tidemark.v1.KeepGatewayCommand.$Properties instead.
         */
        interface IKeepGatewayCommand extends tidemark.v1.KeepGatewayCommand.$Properties {
        }

        /** Represents a KeepGatewayCommand. */
        class KeepGatewayCommand {

            /**
             * Constructs a new KeepGatewayCommand.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.KeepGatewayCommand.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** KeepGatewayCommand gateway. */
            gateway: string;

            /** KeepGatewayCommand life. */
            life: Uint8Array;

            /**
             * Creates a new KeepGatewayCommand instance using the specified properties.
             * @param [properties] Properties to set
             * @returns KeepGatewayCommand instance
             */
            static create(properties: tidemark.v1.KeepGatewayCommand.$Shape): tidemark.v1.KeepGatewayCommand & tidemark.v1.KeepGatewayCommand.$Shape;
            static create(properties?: tidemark.v1.KeepGatewayCommand.$Properties): tidemark.v1.KeepGatewayCommand;

            /**
             * Encodes the specified KeepGatewayCommand message. Does not implicitly {@link tidemark.v1.KeepGatewayCommand.verify|verify} messages.
             * @param message KeepGatewayCommand message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.KeepGatewayCommand.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a KeepGatewayCommand message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.KeepGatewayCommand & tidemark.v1.KeepGatewayCommand.$Shape} KeepGatewayCommand
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.KeepGatewayCommand & tidemark.v1.KeepGatewayCommand.$Shape;
        }

        namespace KeepGatewayCommand {

            /** Properties of a KeepGatewayCommand. */
            interface $Properties {

                /** KeepGatewayCommand gateway */
                gateway?: (string|null);

                /** KeepGatewayCommand life */
                life?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a KeepGatewayCommand. */
            type $Shape = tidemark.v1.KeepGatewayCommand.$Properties;
        }

        /**
         * Properties of a SetMemberCommand.
         * @deprecated Use tidemark.v1.SetMemberCommand.$Properties instead.
         */
        interface ISetMemberCommand extends tidemark.v1.SetMemberCommand.$Properties {
        }

        /** Represents a SetMemberCommand. */
        class SetMemberCommand {

            /**
             * Constructs a new SetMemberCommand.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.SetMemberCommand.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SetMemberCommand region. */
            region: string;

            /** SetMemberCommand state. */
            state: number;

            /** SetMemberCommand url. */
            url: string;

            /** SetMemberCommand gatewayUrl. */
            gatewayUrl: string;

            /**
             * Creates a new SetMemberCommand instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SetMemberCommand instance
             */
            static create(properties: tidemark.v1.SetMemberCommand.$Shape): tidemark.v1.SetMemberCommand & tidemark.v1.SetMemberCommand.$Shape;
            static create(properties?: tidemark.v1.SetMemberCommand.$Properties): tidemark.v1.SetMemberCommand;

            /**
             * Encodes the specified SetMemberCommand message. Does not implicitly {@link tidemark.v1.SetMemberCommand.verify|verify} messages.
             * @param message SetMemberCommand message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.SetMemberCommand.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SetMemberCommand message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.SetMemberCommand & tidemark.v1.SetMemberCommand.$Shape} SetMemberCommand
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.SetMemberCommand & tidemark.v1.SetMemberCommand.$Shape;
        }

        namespace SetMemberCommand {

            /** Properties of a SetMemberCommand. */
            interface $Properties {

                /** SetMemberCommand region */
                region?: (string|null);

                /** SetMemberCommand state */
                state?: (number|null);

                /** SetMemberCommand url */
                url?: (string|null);

                /** SetMemberCommand gatewayUrl */
                gatewayUrl?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SetMemberCommand. */
            type $Shape = tidemark.v1.SetMemberCommand.$Properties;
        }

        /**
         * Properties of a GatewayFrame.
         * @deprecated Use tidemark.v1.GatewayFrame.$Properties instead.
         */
        interface IGatewayFrame extends tidemark.v1.GatewayFrame.$Properties {
        }

        /** Represents a GatewayFrame. */
        class GatewayFrame {

            /**
             * Constructs a new GatewayFrame.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.GatewayFrame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GatewayFrame hello. */
            hello?: (tidemark.v1.Hello.$Properties|null);

            /** GatewayFrame batch. */
            batch?: (tidemark.v1.Batch.$Properties|null);

            /** GatewayFrame void. */
            void?: (tidemark.v1.Void.$Properties|null);

            /** GatewayFrame alive. */
            alive?: (tidemark.v1.Alive.$Properties|null);

            /** GatewayFrame kind. */
            kind?: ("hello"|"batch"|"void"|"alive");

            /**
             * Creates a new GatewayFrame instance using the specified properties.
             * @param [properties] Properties to set
             * @returns GatewayFrame instance
             */
            static create(properties: tidemark.v1.GatewayFrame.$Shape): tidemark.v1.GatewayFrame & tidemark.v1.GatewayFrame.$Shape;
            static create(properties?: tidemark.v1.GatewayFrame.$Properties): tidemark.v1.GatewayFrame;

            /**
             * Encodes the specified GatewayFrame message. Does not implicitly {@link tidemark.v1.GatewayFrame.verify|verify} messages.
             * @param message GatewayFrame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.GatewayFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GatewayFrame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.GatewayFrame & tidemark.v1.GatewayFrame.$Shape} GatewayFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.GatewayFrame & tidemark.v1.GatewayFrame.$Shape;
        }

        namespace GatewayFrame {

            /** Properties of a GatewayFrame. */
            interface $Properties {

                /** GatewayFrame hello */
                hello?: (tidemark.v1.Hello.$Properties|null);

                /** GatewayFrame batch */
                batch?: (tidemark.v1.Batch.$Properties|null);

                /** GatewayFrame void */
                "void"?: (tidemark.v1.Void.$Properties|null);

                /** GatewayFrame alive */
                alive?: (tidemark.v1.Alive.$Properties|null);

                /** GatewayFrame kind */
                kind?: ("hello"|"batch"|"void"|"alive");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a GatewayFrame. */
            type $Shape = {
              hello?: tidemark.v1.Hello.$Shape|null;
              batch?: tidemark.v1.Batch.$Shape|null;
              "void"?: tidemark.v1.Void.$Shape|null;
              alive?: tidemark.v1.Alive.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ kind?: undefined; hello?: null; batch?: null; "void"?: null; alive?: null }|{ kind?: "hello"; hello: tidemark.v1.Hello.$Shape; batch?: null; "void"?: null; alive?: null }|{ kind?: "batch"; hello?: null; batch: tidemark.v1.Batch.$Shape; "void"?: null; alive?: null }|{ kind?: "void"; hello?: null; batch?: null; "void": tidemark.v1.Void.$Shape; alive?: null }|{ kind?: "alive"; hello?: null; batch?: null; "void"?: null; alive: tidemark.v1.Alive.$Shape })
            );
        }

        /**
         * Properties of a RegionFrame.
         * @deprecated Use tidemark.v1.RegionFrame.$Properties instead.
         */
        interface IRegionFrame extends tidemark.v1.RegionFrame.$Properties {
        }

        /** Represents a RegionFrame. */
        class RegionFrame {

            /**
             * Constructs a new RegionFrame.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.RegionFrame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RegionFrame helloAck. */
            helloAck?: (tidemark.v1.HelloAck.$Properties|null);

            /** RegionFrame ack. */
            ack?: (tidemark.v1.Ack.$Properties|null);

            /** RegionFrame drain. */
            drain?: (tidemark.v1.Drain.$Properties|null);

            /** RegionFrame refusal. */
            refusal?: (tidemark.v1.Refusal.$Properties|null);

            /** RegionFrame kind. */
            kind?: ("helloAck"|"ack"|"drain"|"refusal");

            /**
             * Creates a new RegionFrame instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RegionFrame instance
             */
            static create(properties: tidemark.v1.RegionFrame.$Shape): tidemark.v1.RegionFrame & tidemark.v1.RegionFrame.$Shape;
            static create(properties?: tidemark.v1.RegionFrame.$Properties): tidemark.v1.RegionFrame;

            /**
             * Encodes the specified RegionFrame message. Does not implicitly {@link tidemark.v1.RegionFrame.verify|verify} messages.
             * @param message RegionFrame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.RegionFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RegionFrame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.RegionFrame & tidemark.v1.RegionFrame.$Shape} RegionFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.RegionFrame & tidemark.v1.RegionFrame.$Shape;
        }

        namespace RegionFrame {

            /** Properties of a RegionFrame. */
            interface $Properties {

                /** RegionFrame helloAck */
                helloAck?: (tidemark.v1.HelloAck.$Properties|null);

                /** RegionFrame ack */
                ack?: (tidemark.v1.Ack.$Properties|null);

                /** RegionFrame drain */
                drain?: (tidemark.v1.Drain.$Properties|null);

                /** RegionFrame refusal */
                refusal?: (tidemark.v1.Refusal.$Properties|null);

                /** RegionFrame kind */
                kind?: ("helloAck"|"ack"|"drain"|"refusal");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a RegionFrame. */
            type $Shape = {
              helloAck?: tidemark.v1.HelloAck.$Shape|null;
              ack?: tidemark.v1.Ack.$Shape|null;
              drain?: tidemark.v1.Drain.$Shape|null;
              refusal?: tidemark.v1.Refusal.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ kind?: undefined; helloAck?: null; ack?: null; drain?: null; refusal?: null }|{ kind?: "helloAck"; helloAck: tidemark.v1.HelloAck.$Shape; ack?: null; drain?: null; refusal?: null }|{ kind?: "ack"; helloAck?: null; ack: tidemark.v1.Ack.$Shape; drain?: null; refusal?: null }|{ kind?: "drain"; helloAck?: null; ack?: null; drain: tidemark.v1.Drain.$Shape; refusal?: null }|{ kind?: "refusal"; helloAck?: null; ack?: null; drain?: null; refusal: tidemark.v1.Refusal.$Shape })
            );
        }

        /**
         * Properties of a Hello.
         * @deprecated Use tidemark.v1.Hello.$Properties instead.
         */
        interface IHello extends tidemark.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello protocol. */
            protocol: number;

            /** Hello gateway. */
            gateway: string;

            /** Hello software. */
            software: string;

            /** Hello streams. */
            streams: tidemark.v1.StreamExtent.$Properties[];

            /** Hello token. */
            token: string;

            /** Hello life. */
            life: Uint8Array;

            /**
             * Creates a new Hello instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Hello instance
             */
            static create(properties: tidemark.v1.Hello.$Shape): tidemark.v1.Hello & tidemark.v1.Hello.$Shape;
            static create(properties?: tidemark.v1.Hello.$Properties): tidemark.v1.Hello;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link tidemark.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.Hello & tidemark.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.Hello & tidemark.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello protocol */
                protocol?: (number|null);

                /** Hello gateway */
                gateway?: (string|null);

                /** Hello software */
                software?: (string|null);

                /** Hello streams */
                streams?: (tidemark.v1.StreamExtent.$Properties[]|null);

                /** Hello token */
                token?: (string|null);

                /** Hello life */
                life?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = tidemark.v1.Hello.$Properties;
        }

        /**
         * Properties of a StreamExtent.
         * @deprecated Use tidemark.v1.StreamExtent.$Properties instead.
         */
        interface IStreamExtent extends tidemark.v1.StreamExtent.$Properties {
        }

        /** Represents a StreamExtent. */
        class StreamExtent {

            /**
             * Constructs a new StreamExtent.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.StreamExtent.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StreamExtent streamId. */
            streamId: Uint8Array;

            /** StreamExtent first. */
            first: number;

            /** StreamExtent last. */
            last: number;

            /** StreamExtent closed. */
            closed: boolean;

            /**
             * Creates a new StreamExtent instance using the specified properties.
             * @param [properties] Properties to set
             * @returns StreamExtent instance
             */
            static create(properties: tidemark.v1.StreamExtent.$Shape): tidemark.v1.StreamExtent & tidemark.v1.StreamExtent.$Shape;
            static create(properties?: tidemark.v1.StreamExtent.$Properties): tidemark.v1.StreamExtent;

            /**
             * Encodes the specified StreamExtent message. Does not implicitly {@link tidemark.v1.StreamExtent.verify|verify} messages.
             * @param message StreamExtent message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.StreamExtent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StreamExtent message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.StreamExtent & tidemark.v1.StreamExtent.$Shape} StreamExtent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.StreamExtent & tidemark.v1.StreamExtent.$Shape;
        }

        namespace StreamExtent {

            /** Properties of a StreamExtent. */
            interface $Properties {

                /** StreamExtent streamId */
                streamId?: (Uint8Array|null);

                /** StreamExtent first */
                first?: (number|null);

                /** StreamExtent last */
                last?: (number|null);

                /** StreamExtent closed */
                closed?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StreamExtent. */
            type $Shape = tidemark.v1.StreamExtent.$Properties;
        }

        /**
         * Properties of a HelloAck.
         * @deprecated Use tidemark.v1.HelloAck.$Properties instead.
         */
        interface IHelloAck extends tidemark.v1.HelloAck.$Properties {
        }

        /** Represents a HelloAck. */
        class HelloAck {

            /**
             * Constructs a new HelloAck.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.HelloAck.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HelloAck protocol. */
            protocol: number;

            /** HelloAck region. */
            region: string;

            /** HelloAck storeId. */
            storeId: Uint8Array;

            /** HelloAck bootId. */
            bootId: Uint8Array;

            /** HelloAck durable. */
            durable: tidemark.v1.StreamHave.$Properties[];

            /** HelloAck replicated. */
            replicated: tidemark.v1.StreamHave.$Properties[];

            /** HelloAck regions. */
            regions: tidemark.v1.RegionAddress.$Properties[];

            /** HelloAck creditBytes. */
            creditBytes: number;

            /** HelloAck minCopies. */
            minCopies: number;

            /**
             * Creates a new HelloAck instance using the specified properties.
             * @param [properties] Properties to set
             * @returns HelloAck instance
             */
            static create(properties: tidemark.v1.HelloAck.$Shape): tidemark.v1.HelloAck & tidemark.v1.HelloAck.$Shape;
            static create(properties?: tidemark.v1.HelloAck.$Properties): tidemark.v1.HelloAck;

            /**
             * Encodes the specified HelloAck message. Does not implicitly {@link tidemark.v1.HelloAck.verify|verify} messages.
             * @param message HelloAck message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.HelloAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HelloAck message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.HelloAck & tidemark.v1.HelloAck.$Shape} HelloAck
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.HelloAck & tidemark.v1.HelloAck.$Shape;
        }

        namespace HelloAck {

            /** Properties of a HelloAck. */
            interface $Properties {

                /** HelloAck protocol */
                protocol?: (number|null);

                /** HelloAck region */
                region?: (string|null);

                /** HelloAck storeId */
                storeId?: (Uint8Array|null);

                /** HelloAck bootId */
                bootId?: (Uint8Array|null);

                /** HelloAck durable */
                durable?: (tidemark.v1.StreamHave.$Properties[]|null);

                /** HelloAck replicated */
                replicated?: (tidemark.v1.StreamHave.$Properties[]|null);

                /** HelloAck regions */
                regions?: (tidemark.v1.RegionAddress.$Properties[]|null);

                /** HelloAck creditBytes */
                creditBytes?: (number|null);

                /** HelloAck minCopies */
                minCopies?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HelloAck. */
            type $Shape = tidemark.v1.HelloAck.$Properties;
        }

        /**
         * Properties of a RegionAddress.
         * @deprecated Use tidemark.v1.RegionAddress.$Properties instead.
         */
        interface IRegionAddress extends tidemark.v1.RegionAddress.$Properties {
        }

        /** Represents a RegionAddress. */
        class RegionAddress {

            /**
             * Constructs a new RegionAddress.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.RegionAddress.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RegionAddress name. */
            name: string;

            /** RegionAddress url. */
            url: string;

            /**
             * Creates a new RegionAddress instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RegionAddress instance
             */
            static create(properties: tidemark.v1.RegionAddress.$Shape): tidemark.v1.RegionAddress & tidemark.v1.RegionAddress.$Shape;
            static create(properties?: tidemark.v1.RegionAddress.$Properties): tidemark.v1.RegionAddress;

            /**
             * Encodes the specified RegionAddress message. Does not implicitly {@link tidemark.v1.RegionAddress.verify|verify} messages.
             * @param message RegionAddress message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.RegionAddress.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RegionAddress message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.RegionAddress & tidemark.v1.RegionAddress.$Shape} RegionAddress
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.RegionAddress & tidemark.v1.RegionAddress.$Shape;
        }

        namespace RegionAddress {

            /** Properties of a RegionAddress. */
            interface $Properties {

                /** RegionAddress name */
                name?: (string|null);

                /** RegionAddress url */
                url?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RegionAddress. */
            type $Shape = tidemark.v1.RegionAddress.$Properties;
        }

        /**
         * Properties of a StreamHave.
         * @deprecated Use tidemark.v1.StreamHave.$Properties instead.
         */
        interface IStreamHave extends tidemark.v1.StreamHave.$Properties {
        }

        /** Represents a StreamHave. */
        class StreamHave {

            /**
             * Constructs a new StreamHave.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.StreamHave.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StreamHave streamId. */
            streamId: Uint8Array;

            /** StreamHave prefix. */
            prefix: number;

            /** StreamHave ranges. */
            ranges: number[];

            /** StreamHave hashSum. */
            hashSum?: (number|null);

            /**
             * Creates a new StreamHave instance using the specified properties.
             * @param [properties] Properties to set
             * @returns StreamHave instance
             */
            static create(properties: tidemark.v1.StreamHave.$Shape): tidemark.v1.StreamHave & tidemark.v1.StreamHave.$Shape;
            static create(properties?: tidemark.v1.StreamHave.$Properties): tidemark.v1.StreamHave;

            /**
             * Encodes the specified StreamHave message. Does not implicitly {@link tidemark.v1.StreamHave.verify|verify} messages.
             * @param message StreamHave message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.StreamHave.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StreamHave message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.StreamHave & tidemark.v1.StreamHave.$Shape} StreamHave
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.StreamHave & tidemark.v1.StreamHave.$Shape;
        }

        namespace StreamHave {

            /** Properties of a StreamHave. */
            interface $Properties {

                /** StreamHave streamId */
                streamId?: (Uint8Array|null);

                /** StreamHave prefix */
                prefix?: (number|null);

                /** StreamHave ranges */
                ranges?: (number[]|null);

                /** StreamHave hashSum */
                hashSum?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StreamHave. */
            type $Shape = tidemark.v1.StreamHave.$Properties;
        }

        /**
         * Properties of a Batch.
         * @deprecated Use tidemark.v1.Batch.$Properties instead.
         */
        interface IBatch extends tidemark.v1.Batch.$Properties {
        }

        /** Represents a Batch. */
        class Batch {

            /**
             * Constructs a new Batch.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.Batch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Batch streamId. */
            streamId: Uint8Array;

            /** Batch seq. */
            seq: number;

            /** Batch sha256. */
            sha256: Uint8Array;

            /** Batch body. */
            body: Uint8Array;

            /**
             * Creates a new Batch instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Batch instance
             */
            static create(properties: tidemark.v1.Batch.$Shape): tidemark.v1.Batch & tidemark.v1.Batch.$Shape;
            static create(properties?: tidemark.v1.Batch.$Properties): tidemark.v1.Batch;

            /**
             * Encodes the specified Batch message. Does not implicitly {@link tidemark.v1.Batch.verify|verify} messages.
             * @param message Batch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.Batch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Batch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.Batch & tidemark.v1.Batch.$Shape} Batch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.Batch & tidemark.v1.Batch.$Shape;
        }

        namespace Batch {

            /** Properties of a Batch. */
            interface $Properties {

                /** Batch streamId */
                streamId?: (Uint8Array|null);

                /** Batch seq */
                seq?: (number|null);

                /** Batch sha256 */
                sha256?: (Uint8Array|null);

                /** Batch body */
                body?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Batch. */
            type $Shape = tidemark.v1.Batch.$Properties;
        }

        /**
         * Properties of a Void.
         * @deprecated Use tidemark.v1.Void.$Properties instead.
         */
        interface IVoid extends tidemark.v1.Void.$Properties {
        }

        /** Represents a Void. */
        class Void {

            /**
             * Constructs a new Void.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.Void.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Void streamId. */
            streamId: Uint8Array;

            /** Void first. */
            first: number;

            /** Void last. */
            last: number;

            /** Void readings. */
            readings: number;

            /** Void reason. */
            reason: string;

            /**
             * Creates a new Void instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Void instance
             */
            static create(properties: tidemark.v1.Void.$Shape): tidemark.v1.Void & tidemark.v1.Void.$Shape;
            static create(properties?: tidemark.v1.Void.$Properties): tidemark.v1.Void;

            /**
             * Encodes the specified Void message. Does not implicitly {@link tidemark.v1.Void.verify|verify} messages.
             * @param message Void message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.Void.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Void message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.Void & tidemark.v1.Void.$Shape} Void
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.Void & tidemark.v1.Void.$Shape;
        }

        namespace Void {

            /** Properties of a Void. */
            interface $Properties {

                /** Void streamId */
                streamId?: (Uint8Array|null);

                /** Void first */
                first?: (number|null);

                /** Void last */
                last?: (number|null);

                /** Void readings */
                readings?: (number|null);

                /** Void reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Void. */
            type $Shape = tidemark.v1.Void.$Properties;
        }

        /**
         * Properties of an Ack.
         * @deprecated Use tidemark.v1.Ack.$Properties instead.
         */
        interface IAck extends tidemark.v1.Ack.$Properties {
        }

        /** Represents an Ack. */
        class Ack {

            /**
             * Constructs a new Ack.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.Ack.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ack durable. */
            durable: tidemark.v1.StreamHave.$Properties[];

            /** Ack replicated. */
            replicated: tidemark.v1.StreamHave.$Properties[];

            /** Ack creditBytes. */
            creditBytes: number;

            /** Ack probe. */
            probe?: (tidemark.v1.Probe.$Properties|null);

            /**
             * Creates a new Ack instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Ack instance
             */
            static create(properties: tidemark.v1.Ack.$Shape): tidemark.v1.Ack & tidemark.v1.Ack.$Shape;
            static create(properties?: tidemark.v1.Ack.$Properties): tidemark.v1.Ack;

            /**
             * Encodes the specified Ack message. Does not implicitly {@link tidemark.v1.Ack.verify|verify} messages.
             * @param message Ack message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.Ack.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Ack message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.Ack & tidemark.v1.Ack.$Shape} Ack
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.Ack & tidemark.v1.Ack.$Shape;
        }

        namespace Ack {

            /** Properties of an Ack. */
            interface $Properties {

                /** Ack durable */
                durable?: (tidemark.v1.StreamHave.$Properties[]|null);

                /** Ack replicated */
                replicated?: (tidemark.v1.StreamHave.$Properties[]|null);

                /** Ack creditBytes */
                creditBytes?: (number|null);

                /** Ack probe */
                probe?: (tidemark.v1.Probe.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Ack. */
            type $Shape = tidemark.v1.Ack.$Properties;
        }

        /**
         * Properties of a Probe.
         * @deprecated Use tidemark.v1.Probe.$Properties instead.
         */
        interface IProbe extends tidemark.v1.Probe.$Properties {
        }

        /** Represents a Probe. */
        class Probe {

            /**
             * Constructs a new Probe.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.Probe.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Probe number. */
            number: number;

            /** Probe rival. */
            rival: string;

            /**
             * Creates a new Probe instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Probe instance
             */
            static create(properties: tidemark.v1.Probe.$Shape): tidemark.v1.Probe & tidemark.v1.Probe.$Shape;
            static create(properties?: tidemark.v1.Probe.$Properties): tidemark.v1.Probe;

            /**
             * Encodes the specified Probe message. Does not implicitly {@link tidemark.v1.Probe.verify|verify} messages.
             * @param message Probe message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.Probe.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Probe message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.Probe & tidemark.v1.Probe.$Shape} Probe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.Probe & tidemark.v1.Probe.$Shape;
        }

        namespace Probe {

            /** Properties of a Probe. */
            interface $Properties {

                /** Probe number */
                number?: (number|null);

                /** Probe rival */
                rival?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Probe. */
            type $Shape = tidemark.v1.Probe.$Properties;
        }

        /**
         * Properties of an Alive.
         * @deprecated Use tidemark.v1.Alive.$Properties instead.
         */
        interface IAlive extends tidemark.v1.Alive.$Properties {
        }

        /** Represents an Alive. */
        class Alive {

            /**
             * Constructs a new Alive.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.Alive.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Alive probe. */
            probe: number;

            /**
             * Creates a new Alive instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Alive instance
             */
            static create(properties: tidemark.v1.Alive.$Shape): tidemark.v1.Alive & tidemark.v1.Alive.$Shape;
            static create(properties?: tidemark.v1.Alive.$Properties): tidemark.v1.Alive;

            /**
             * Encodes the specified Alive message. Does not implicitly {@link tidemark.v1.Alive.verify|verify} messages.
             * @param message Alive message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.Alive.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Alive message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.Alive & tidemark.v1.Alive.$Shape} Alive
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.Alive & tidemark.v1.Alive.$Shape;
        }

        namespace Alive {

            /** Properties of an Alive. */
            interface $Properties {

                /** Alive probe */
                probe?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Alive. */
            type $Shape = tidemark.v1.Alive.$Properties;
        }

        /**
         * Properties of a Drain.
         * @deprecated Use tidemark.v1.Drain.$Properties instead.
         */
        interface IDrain extends tidemark.v1.Drain.$Properties {
        }

        /** Represents a Drain. */
        class Drain {

            /**
             * Constructs a new Drain.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.Drain.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Drain reason. */
            reason: string;

            /**
             * Creates a new Drain instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Drain instance
             */
            static create(properties: tidemark.v1.Drain.$Shape): tidemark.v1.Drain & tidemark.v1.Drain.$Shape;
            static create(properties?: tidemark.v1.Drain.$Properties): tidemark.v1.Drain;

            /**
             * Encodes the specified Drain message. Does not implicitly {@link tidemark.v1.Drain.verify|verify} messages.
             * @param message Drain message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.Drain.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Drain message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.Drain & tidemark.v1.Drain.$Shape} Drain
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.Drain & tidemark.v1.Drain.$Shape;
        }

        namespace Drain {

            /** Properties of a Drain. */
            interface $Properties {

                /** Drain reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Drain. */
            type $Shape = tidemark.v1.Drain.$Properties;
        }

        /**
         * Properties of a Refusal.
         * @deprecated Use tidemark.v1.Refusal.$Properties instead.
         */
        interface IRefusal extends tidemark.v1.Refusal.$Properties {
        }

        /** Represents a Refusal. */
        class Refusal {

            /**
             * Constructs a new Refusal.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.Refusal.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refusal code. */
            code: string;

            /** Refusal message. */
            message: string;

            /** Refusal streamId. */
            streamId: Uint8Array;

            /** Refusal seq. */
            seq: number;

            /**
             * Creates a new Refusal instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Refusal instance
             */
            static create(properties: tidemark.v1.Refusal.$Shape): tidemark.v1.Refusal & tidemark.v1.Refusal.$Shape;
            static create(properties?: tidemark.v1.Refusal.$Properties): tidemark.v1.Refusal;

            /**
             * Encodes the specified Refusal message. Does not implicitly {@link tidemark.v1.Refusal.verify|verify} messages.
             * @param message Refusal message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.Refusal.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refusal message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.Refusal & tidemark.v1.Refusal.$Shape} Refusal
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.Refusal & tidemark.v1.Refusal.$Shape;
        }

        namespace Refusal {

            /** Properties of a Refusal. */
            interface $Properties {

                /** Refusal code */
                code?: (string|null);

                /** Refusal message */
                message?: (string|null);

                /** Refusal streamId */
                streamId?: (Uint8Array|null);

                /** Refusal seq */
                seq?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refusal. */
            type $Shape = tidemark.v1.Refusal.$Properties;
        }

        /**
         * Properties of a SenderFrame.
         * @deprecated Use tidemark.v1.SenderFrame.$Properties instead.
         */
        interface ISenderFrame extends tidemark.v1.SenderFrame.$Properties {
        }

        /** Represents a SenderFrame. */
        class SenderFrame {

            /**
             * Constructs a new SenderFrame.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.SenderFrame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SenderFrame hello. */
            hello?: (tidemark.v1.PeerHello.$Properties|null);

            /** SenderFrame held. */
            held?: (tidemark.v1.PeerHeld.$Properties|null);

            /** SenderFrame batch. */
            batch?: (tidemark.v1.Batch.$Properties|null);

            /** SenderFrame pruned. */
            pruned?: (tidemark.v1.PeerPruned.$Properties|null);

            /** SenderFrame snapshotPart. */
            snapshotPart?: (tidemark.v1.PeerSnapshotPart.$Properties|null);

            /** SenderFrame digests. */
            digests?: (tidemark.v1.PeerDigests.$Properties|null);

            /** SenderFrame hashes. */
            hashes?: (tidemark.v1.PeerHashes.$Properties|null);

            /** SenderFrame kind. */
            kind?: ("hello"|"held"|"batch"|"pruned"|"snapshotPart"|"digests"|"hashes");

            /**
             * Creates a new SenderFrame instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SenderFrame instance
             */
            static create(properties: tidemark.v1.SenderFrame.$Shape): tidemark.v1.SenderFrame & tidemark.v1.SenderFrame.$Shape;
            static create(properties?: tidemark.v1.SenderFrame.$Properties): tidemark.v1.SenderFrame;

            /**
             * Encodes the specified SenderFrame message. Does not implicitly {@link tidemark.v1.SenderFrame.verify|verify} messages.
             * @param message SenderFrame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.SenderFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SenderFrame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.SenderFrame & tidemark.v1.SenderFrame.$Shape} SenderFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.SenderFrame & tidemark.v1.SenderFrame.$Shape;
        }

        namespace SenderFrame {

            /** Properties of a SenderFrame. */
            interface $Properties {

                /** SenderFrame hello */
                hello?: (tidemark.v1.PeerHello.$Properties|null);

                /** SenderFrame held */
                held?: (tidemark.v1.PeerHeld.$Properties|null);

                /** SenderFrame batch */
                batch?: (tidemark.v1.Batch.$Properties|null);

                /** SenderFrame pruned */
                pruned?: (tidemark.v1.PeerPruned.$Properties|null);

                /** SenderFrame snapshotPart */
                snapshotPart?: (tidemark.v1.PeerSnapshotPart.$Properties|null);

                /** SenderFrame digests */
                digests?: (tidemark.v1.PeerDigests.$Properties|null);

                /** SenderFrame hashes */
                hashes?: (tidemark.v1.PeerHashes.$Properties|null);

                /** SenderFrame kind */
                kind?: ("hello"|"held"|"batch"|"pruned"|"snapshotPart"|"digests"|"hashes");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a SenderFrame. */
            type $Shape = {
              hello?: tidemark.v1.PeerHello.$Shape|null;
              held?: tidemark.v1.PeerHeld.$Shape|null;
              batch?: tidemark.v1.Batch.$Shape|null;
              pruned?: tidemark.v1.PeerPruned.$Shape|null;
              snapshotPart?: tidemark.v1.PeerSnapshotPart.$Shape|null;
              digests?: tidemark.v1.PeerDigests.$Shape|null;
              hashes?: tidemark.v1.PeerHashes.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ kind?: undefined; hello?: null; held?: null; batch?: null; pruned?: null; snapshotPart?: null; digests?: null; hashes?: null }|{ kind?: "hello"; hello: tidemark.v1.PeerHello.$Shape; held?: null; batch?: null; pruned?: null; snapshotPart?: null; digests?: null; hashes?: null }|{ kind?: "held"; hello?: null; held: tidemark.v1.PeerHeld.$Shape; batch?: null; pruned?: null; snapshotPart?: null; digests?: null; hashes?: null }|{ kind?: "batch"; hello?: null; held?: null; batch: tidemark.v1.Batch.$Shape; pruned?: null; snapshotPart?: null; digests?: null; hashes?: null }|{ kind?: "pruned"; hello?: null; held?: null; batch?: null; pruned: tidemark.v1.PeerPruned.$Shape; snapshotPart?: null; digests?: null; hashes?: null }|{ kind?: "snapshotPart"; hello?: null; held?: null; batch?: null; pruned?: null; snapshotPart: tidemark.v1.PeerSnapshotPart.$Shape; digests?: null; hashes?: null }|{ kind?: "digests"; hello?: null; held?: null; batch?: null; pruned?: null; snapshotPart?: null; digests: tidemark.v1.PeerDigests.$Shape; hashes?: null }|{ kind?: "hashes"; hello?: null; held?: null; batch?: null; pruned?: null; snapshotPart?: null; digests?: null; hashes: tidemark.v1.PeerHashes.$Shape })
            );
        }

        /**
         * Properties of a ReceiverFrame.
         * @deprecated Use tidemark.v1.ReceiverFrame.$Properties instead.
         */
        interface IReceiverFrame extends tidemark.v1.ReceiverFrame.$Properties {
        }

        /** Represents a ReceiverFrame. */
        class ReceiverFrame {

            /**
             * Constructs a new ReceiverFrame.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.ReceiverFrame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReceiverFrame welcome. */
            welcome?: (tidemark.v1.PeerWelcome.$Properties|null);

            /** ReceiverFrame holds. */
            holds?: (tidemark.v1.PeerHolds.$Properties|null);

            /** ReceiverFrame want. */
            want?: (tidemark.v1.PeerWant.$Properties|null);

            /** ReceiverFrame refusal. */
            refusal?: (tidemark.v1.Refusal.$Properties|null);

            /** ReceiverFrame wantSnapshot. */
            wantSnapshot?: (tidemark.v1.PeerWantSnapshot.$Properties|null);

            /** ReceiverFrame wantHashes. */
            wantHashes?: (tidemark.v1.PeerWantHashes.$Properties|null);

            /** ReceiverFrame kind. */
            kind?: ("welcome"|"holds"|"want"|"refusal"|"wantSnapshot"|"wantHashes");

            /**
             * Creates a new ReceiverFrame instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ReceiverFrame instance
             */
            static create(properties: tidemark.v1.ReceiverFrame.$Shape): tidemark.v1.ReceiverFrame & tidemark.v1.ReceiverFrame.$Shape;
            static create(properties?: tidemark.v1.ReceiverFrame.$Properties): tidemark.v1.ReceiverFrame;

            /**
             * Encodes the specified ReceiverFrame message. Does not implicitly {@link tidemark.v1.ReceiverFrame.verify|verify} messages.
             * @param message ReceiverFrame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.ReceiverFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReceiverFrame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.ReceiverFrame & tidemark.v1.ReceiverFrame.$Shape} ReceiverFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.ReceiverFrame & tidemark.v1.ReceiverFrame.$Shape;
        }

        namespace ReceiverFrame {

            /** Properties of a ReceiverFrame. */
            interface $Properties {

                /** ReceiverFrame welcome */
                welcome?: (tidemark.v1.PeerWelcome.$Properties|null);

                /** ReceiverFrame holds */
                holds?: (tidemark.v1.PeerHolds.$Properties|null);

                /** ReceiverFrame want */
                want?: (tidemark.v1.PeerWant.$Properties|null);

                /** ReceiverFrame refusal */
                refusal?: (tidemark.v1.Refusal.$Properties|null);

                /** ReceiverFrame wantSnapshot */
                wantSnapshot?: (tidemark.v1.PeerWantSnapshot.$Properties|null);

                /** ReceiverFrame wantHashes */
                wantHashes?: (tidemark.v1.PeerWantHashes.$Properties|null);

                /** ReceiverFrame kind */
                kind?: ("welcome"|"holds"|"want"|"refusal"|"wantSnapshot"|"wantHashes");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ReceiverFrame. */
            type $Shape = {
              welcome?: tidemark.v1.PeerWelcome.$Shape|null;
              holds?: tidemark.v1.PeerHolds.$Shape|null;
              want?: tidemark.v1.PeerWant.$Shape|null;
              refusal?: tidemark.v1.Refusal.$Shape|null;
              wantSnapshot?: tidemark.v1.PeerWantSnapshot.$Shape|null;
              wantHashes?: tidemark.v1.PeerWantHashes.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ kind?: undefined; welcome?: null; holds?: null; want?: null; refusal?: null; wantSnapshot?: null; wantHashes?: null }|{ kind?: "welcome"; welcome: tidemark.v1.PeerWelcome.$Shape; holds?: null; want?: null; refusal?: null; wantSnapshot?: null; wantHashes?: null }|{ kind?: "holds"; welcome?: null; holds: tidemark.v1.PeerHolds.$Shape; want?: null; refusal?: null; wantSnapshot?: null; wantHashes?: null }|{ kind?: "want"; welcome?: null; holds?: null; want: tidemark.v1.PeerWant.$Shape; refusal?: null; wantSnapshot?: null; wantHashes?: null }|{ kind?: "refusal"; welcome?: null; holds?: null; want?: null; refusal: tidemark.v1.Refusal.$Shape; wantSnapshot?: null; wantHashes?: null }|{ kind?: "wantSnapshot"; welcome?: null; holds?: null; want?: null; refusal?: null; wantSnapshot: tidemark.v1.PeerWantSnapshot.$Shape; wantHashes?: null }|{ kind?: "wantHashes"; welcome?: null; holds?: null; want?: null; refusal?: null; wantSnapshot?: null; wantHashes: tidemark.v1.PeerWantHashes.$Shape })
            );
        }

        /**
         * Properties of a PeerHello.
         * @deprecated Use tidemark.v1.PeerHello.$Properties instead.
         */
        interface IPeerHello extends tidemark.v1.PeerHello.$Properties {
        }

        /** Represents a PeerHello. */
        class PeerHello {

            /**
             * Constructs a new PeerHello.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.PeerHello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerHello protocol. */
            protocol: number;

            /** PeerHello region. */
            region: string;

            /** PeerHello storeId. */
            storeId: Uint8Array;

            /** PeerHello bootId. */
            bootId: Uint8Array;

            /** PeerHello software. */
            software: string;

            /** PeerHello token. */
            token: string;

            /**
             * Creates a new PeerHello instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PeerHello instance
             */
            static create(properties: tidemark.v1.PeerHello.$Shape): tidemark.v1.PeerHello & tidemark.v1.PeerHello.$Shape;
            static create(properties?: tidemark.v1.PeerHello.$Properties): tidemark.v1.PeerHello;

            /**
             * Encodes the specified PeerHello message. Does not implicitly {@link tidemark.v1.PeerHello.verify|verify} messages.
             * @param message PeerHello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.PeerHello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerHello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerHello & tidemark.v1.PeerHello.$Shape} PeerHello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.PeerHello & tidemark.v1.PeerHello.$Shape;
        }

        namespace PeerHello {

            /** Properties of a PeerHello. */
            interface $Properties {

                /** PeerHello protocol */
                protocol?: (number|null);

                /** PeerHello region */
                region?: (string|null);

                /** PeerHello storeId */
                storeId?: (Uint8Array|null);

                /** PeerHello bootId */
                bootId?: (Uint8Array|null);

                /** PeerHello software */
                software?: (string|null);

                /** PeerHello token */
                token?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerHello. */
            type $Shape = tidemark.v1.PeerHello.$Properties;
        }

        /**
         * Properties of a PeerWelcome.
         * @deprecated Use tidemark.v1.PeerWelcome.$Properties instead.
         */
        interface IPeerWelcome extends tidemark.v1.PeerWelcome.$Properties {
        }

        /** Represents a PeerWelcome. */
        class PeerWelcome {

            /**
             * Constructs a new PeerWelcome.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.PeerWelcome.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerWelcome protocol. */
            protocol: number;

            /** PeerWelcome region. */
            region: string;

            /** PeerWelcome storeId. */
            storeId: Uint8Array;

            /** PeerWelcome bootId. */
            bootId: Uint8Array;

            /** PeerWelcome creditBytes. */
            creditBytes: number;

            /**
             * Creates a new PeerWelcome instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PeerWelcome instance
             */
            static create(properties: tidemark.v1.PeerWelcome.$Shape): tidemark.v1.PeerWelcome & tidemark.v1.PeerWelcome.$Shape;
            static create(properties?: tidemark.v1.PeerWelcome.$Properties): tidemark.v1.PeerWelcome;

            /**
             * Encodes the specified PeerWelcome message. Does not implicitly {@link tidemark.v1.PeerWelcome.verify|verify} messages.
             * @param message PeerWelcome message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.PeerWelcome.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerWelcome message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerWelcome & tidemark.v1.PeerWelcome.$Shape} PeerWelcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.PeerWelcome & tidemark.v1.PeerWelcome.$Shape;
        }

        namespace PeerWelcome {

            /** Properties of a PeerWelcome. */
            interface $Properties {

                /** PeerWelcome protocol */
                protocol?: (number|null);

                /** PeerWelcome region */
                region?: (string|null);

                /** PeerWelcome storeId */
                storeId?: (Uint8Array|null);

                /** PeerWelcome bootId */
                bootId?: (Uint8Array|null);

                /** PeerWelcome creditBytes */
                creditBytes?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerWelcome. */
            type $Shape = tidemark.v1.PeerWelcome.$Properties;
        }

        /**
         * Properties of a PeerHeld.
         * @deprecated Use tidemark.v1.PeerHeld.$Properties instead.
         */
        interface IPeerHeld extends tidemark.v1.PeerHeld.$Properties {
        }

        /** Represents a PeerHeld. */
        class PeerHeld {

            /**
             * Constructs a new PeerHeld.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.PeerHeld.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerHeld streams. */
            streams: tidemark.v1.StreamHave.$Properties[];

            /** PeerHeld lives. */
            lives: tidemark.v1.GatewayLife.$Properties[];

            /** PeerHeld livesRestart. */
            livesRestart: boolean;

            /**
             * Creates a new PeerHeld instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PeerHeld instance
             */
            static create(properties: tidemark.v1.PeerHeld.$Shape): tidemark.v1.PeerHeld & tidemark.v1.PeerHeld.$Shape;
            static create(properties?: tidemark.v1.PeerHeld.$Properties): tidemark.v1.PeerHeld;

            /**
             * Encodes the specified PeerHeld message. Does not implicitly {@link tidemark.v1.PeerHeld.verify|verify} messages.
             * @param message PeerHeld message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.PeerHeld.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerHeld message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerHeld & tidemark.v1.PeerHeld.$Shape} PeerHeld
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.PeerHeld & tidemark.v1.PeerHeld.$Shape;
        }

        namespace PeerHeld {

            /** Properties of a PeerHeld. */
            interface $Properties {

                /** PeerHeld streams */
                streams?: (tidemark.v1.StreamHave.$Properties[]|null);

                /** PeerHeld lives */
                lives?: (tidemark.v1.GatewayLife.$Properties[]|null);

                /** PeerHeld livesRestart */
                livesRestart?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerHeld. */
            type $Shape = tidemark.v1.PeerHeld.$Properties;
        }

        /**
         * Properties of a GatewayLife.
         * @deprecated Use tidemark.v1.GatewayLife.$Properties instead.
         */
        interface IGatewayLife extends tidemark.v1.GatewayLife.$Properties {
        }

        /** Represents a GatewayLife. */
        class GatewayLife {

            /**
             * Constructs a new GatewayLife.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.GatewayLife.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GatewayLife gateway. */
            gateway: string;

            /** GatewayLife life. */
            life: Uint8Array;

            /** GatewayLife address. */
            address: string;

            /** GatewayLife firstMs. */
            firstMs: number;

            /** GatewayLife state. */
            state: number;

            /**
             * Creates a new GatewayLife instance using the specified properties.
             * @param [properties] Properties to set
             * @returns GatewayLife instance
             */
            static create(properties: tidemark.v1.GatewayLife.$Shape): tidemark.v1.GatewayLife & tidemark.v1.GatewayLife.$Shape;
            static create(properties?: tidemark.v1.GatewayLife.$Properties): tidemark.v1.GatewayLife;

            /**
             * Encodes the specified GatewayLife message. Does not implicitly {@link tidemark.v1.GatewayLife.verify|verify} messages.
             * @param message GatewayLife message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.GatewayLife.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GatewayLife message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.GatewayLife & tidemark.v1.GatewayLife.$Shape} GatewayLife
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.GatewayLife & tidemark.v1.GatewayLife.$Shape;
        }

        namespace GatewayLife {

            /** Properties of a GatewayLife. */
            interface $Properties {

                /** GatewayLife gateway */
                gateway?: (string|null);

                /** GatewayLife life */
                life?: (Uint8Array|null);

                /** GatewayLife address */
                address?: (string|null);

                /** GatewayLife firstMs */
                firstMs?: (number|null);

                /** GatewayLife state */
                state?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GatewayLife. */
            type $Shape = tidemark.v1.GatewayLife.$Properties;
        }

        /**
         * Properties of a PeerHolds.
         * @deprecated Use tidemark.v1.PeerHolds.$Properties instead.
         */
        interface IPeerHolds extends tidemark.v1.PeerHolds.$Properties {
        }

        /** Represents a PeerHolds. */
        class PeerHolds {

            /**
             * Constructs a new PeerHolds.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.PeerHolds.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerHolds streams. */
            streams: tidemark.v1.StreamHave.$Properties[];

            /** PeerHolds complete. */
            complete: boolean;

            /**
             * Creates a new PeerHolds instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PeerHolds instance
             */
            static create(properties: tidemark.v1.PeerHolds.$Shape): tidemark.v1.PeerHolds & tidemark.v1.PeerHolds.$Shape;
            static create(properties?: tidemark.v1.PeerHolds.$Properties): tidemark.v1.PeerHolds;

            /**
             * Encodes the specified PeerHolds message. Does not implicitly {@link tidemark.v1.PeerHolds.verify|verify} messages.
             * @param message PeerHolds message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.PeerHolds.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerHolds message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerHolds & tidemark.v1.PeerHolds.$Shape} PeerHolds
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.PeerHolds & tidemark.v1.PeerHolds.$Shape;
        }

        namespace PeerHolds {

            /** Properties of a PeerHolds. */
            interface $Properties {

                /** PeerHolds streams */
                streams?: (tidemark.v1.StreamHave.$Properties[]|null);

                /** PeerHolds complete */
                complete?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerHolds. */
            type $Shape = tidemark.v1.PeerHolds.$Properties;
        }

        /**
         * Properties of a PeerWant.
         * @deprecated Use tidemark.v1.PeerWant.$Properties instead.
         */
        interface IPeerWant extends tidemark.v1.PeerWant.$Properties {
        }

        /** Represents a PeerWant. */
        class PeerWant {

            /**
             * Constructs a new PeerWant.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.PeerWant.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerWant streamId. */
            streamId: Uint8Array;

            /** PeerWant ranges. */
            ranges: number[];

            /** PeerWant variants. */
            variants: boolean;

            /**
             * Creates a new PeerWant instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PeerWant instance
             */
            static create(properties: tidemark.v1.PeerWant.$Shape): tidemark.v1.PeerWant & tidemark.v1.PeerWant.$Shape;
            static create(properties?: tidemark.v1.PeerWant.$Properties): tidemark.v1.PeerWant;

            /**
             * Encodes the specified PeerWant message. Does not implicitly {@link tidemark.v1.PeerWant.verify|verify} messages.
             * @param message PeerWant message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.PeerWant.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerWant message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerWant & tidemark.v1.PeerWant.$Shape} PeerWant
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.PeerWant & tidemark.v1.PeerWant.$Shape;
        }

        namespace PeerWant {

            /** Properties of a PeerWant. */
            interface $Properties {

                /** PeerWant streamId */
                streamId?: (Uint8Array|null);

                /** PeerWant ranges */
                ranges?: (number[]|null);

                /** PeerWant variants */
                variants?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerWant. */
            type $Shape = tidemark.v1.PeerWant.$Properties;
        }

        /**
         * Properties of a PeerPruned.
         * @deprecated Use tidemark.v1.PeerPruned.$Properties instead.
         */
        interface IPeerPruned extends tidemark.v1.PeerPruned.$Properties {
        }

        /** Represents a PeerPruned. */
        class PeerPruned {

            /**
             * Constructs a new PeerPruned.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.PeerPruned.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerPruned streamId. */
            streamId: Uint8Array;

            /** PeerPruned ranges. */
            ranges: number[];

            /**
             * Creates a new PeerPruned instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PeerPruned instance
             */
            static create(properties: tidemark.v1.PeerPruned.$Shape): tidemark.v1.PeerPruned & tidemark.v1.PeerPruned.$Shape;
            static create(properties?: tidemark.v1.PeerPruned.$Properties): tidemark.v1.PeerPruned;

            /**
             * Encodes the specified PeerPruned message. Does not implicitly {@link tidemark.v1.PeerPruned.verify|verify} messages.
             * @param message PeerPruned message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.PeerPruned.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerPruned message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerPruned & tidemark.v1.PeerPruned.$Shape} PeerPruned
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.PeerPruned & tidemark.v1.PeerPruned.$Shape;
        }

        namespace PeerPruned {

            /** Properties of a PeerPruned. */
            interface $Properties {

                /** PeerPruned streamId */
                streamId?: (Uint8Array|null);

                /** PeerPruned ranges */
                ranges?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerPruned. */
            type $Shape = tidemark.v1.PeerPruned.$Properties;
        }

        /**
         * Properties of a PeerWantSnapshot.
         * @deprecated Use tidemark.v1.PeerWantSnapshot.$Properties instead.
         */
        interface IPeerWantSnapshot extends tidemark.v1.PeerWantSnapshot.$Properties {
        }

        /** Represents a PeerWantSnapshot. */
        class PeerWantSnapshot {

            /**
             * Constructs a new PeerWantSnapshot.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.PeerWantSnapshot.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerWantSnapshot after. */
            after: Uint8Array;

            /**
             * Creates a new PeerWantSnapshot instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PeerWantSnapshot instance
             */
            static create(properties: tidemark.v1.PeerWantSnapshot.$Shape): tidemark.v1.PeerWantSnapshot & tidemark.v1.PeerWantSnapshot.$Shape;
            static create(properties?: tidemark.v1.PeerWantSnapshot.$Properties): tidemark.v1.PeerWantSnapshot;

            /**
             * Encodes the specified PeerWantSnapshot message. Does not implicitly {@link tidemark.v1.PeerWantSnapshot.verify|verify} messages.
             * @param message PeerWantSnapshot message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.PeerWantSnapshot.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerWantSnapshot message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerWantSnapshot & tidemark.v1.PeerWantSnapshot.$Shape} PeerWantSnapshot
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.PeerWantSnapshot & tidemark.v1.PeerWantSnapshot.$Shape;
        }

        namespace PeerWantSnapshot {

            /** Properties of a PeerWantSnapshot. */
            interface $Properties {

                /** PeerWantSnapshot after */
                after?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerWantSnapshot. */
            type $Shape = tidemark.v1.PeerWantSnapshot.$Properties;
        }

        /**
         * Properties of a PeerSnapshotPart.
         * @deprecated Use tidemark.v1.PeerSnapshotPart.$Properties instead.
         */
        interface IPeerSnapshotPart extends tidemark.v1.PeerSnapshotPart.$Properties {
        }

        /** Represents a PeerSnapshotPart. */
        class PeerSnapshotPart {

            /**
             * Constructs a new PeerSnapshotPart.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.PeerSnapshotPart.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerSnapshotPart after. */
            after: Uint8Array;

            /** PeerSnapshotPart body. */
            body: Uint8Array;

            /** PeerSnapshotPart next. */
            next: Uint8Array;

            /**
             * Creates a new PeerSnapshotPart instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PeerSnapshotPart instance
             */
            static create(properties: tidemark.v1.PeerSnapshotPart.$Shape): tidemark.v1.PeerSnapshotPart & tidemark.v1.PeerSnapshotPart.$Shape;
            static create(properties?: tidemark.v1.PeerSnapshotPart.$Properties): tidemark.v1.PeerSnapshotPart;

            /**
             * Encodes the specified PeerSnapshotPart message. Does not implicitly {@link tidemark.v1.PeerSnapshotPart.verify|verify} messages.
             * @param message PeerSnapshotPart message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.PeerSnapshotPart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerSnapshotPart message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerSnapshotPart & tidemark.v1.PeerSnapshotPart.$Shape} PeerSnapshotPart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.PeerSnapshotPart & tidemark.v1.PeerSnapshotPart.$Shape;
        }

        namespace PeerSnapshotPart {

            /** Properties of a PeerSnapshotPart. */
            interface $Properties {

                /** PeerSnapshotPart after */
                after?: (Uint8Array|null);

                /** PeerSnapshotPart body */
                body?: (Uint8Array|null);

                /** PeerSnapshotPart next */
                next?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerSnapshotPart. */
            type $Shape = tidemark.v1.PeerSnapshotPart.$Properties;
        }

        /**
         * Properties of a PeerDigests.
         * @deprecated Use tidemark.v1.PeerDigests.$Properties instead.
         */
        interface IPeerDigests extends tidemark.v1.PeerDigests.$Properties {
        }

        /** Represents a PeerDigests. */
        class PeerDigests {

            /**
             * Constructs a new PeerDigests.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.PeerDigests.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerDigests days. */
            days: tidemark.v1.DayDigest.$Properties[];

            /**
             * Creates a new PeerDigests instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PeerDigests instance
             */
            static create(properties: tidemark.v1.PeerDigests.$Shape): tidemark.v1.PeerDigests & tidemark.v1.PeerDigests.$Shape;
            static create(properties?: tidemark.v1.PeerDigests.$Properties): tidemark.v1.PeerDigests;

            /**
             * Encodes the specified PeerDigests message. Does not implicitly {@link tidemark.v1.PeerDigests.verify|verify} messages.
             * @param message PeerDigests message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.PeerDigests.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerDigests message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerDigests & tidemark.v1.PeerDigests.$Shape} PeerDigests
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.PeerDigests & tidemark.v1.PeerDigests.$Shape;
        }

        namespace PeerDigests {

            /** Properties of a PeerDigests. */
            interface $Properties {

                /** PeerDigests days */
                days?: (tidemark.v1.DayDigest.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerDigests. */
            type $Shape = tidemark.v1.PeerDigests.$Properties;
        }

        /**
         * Properties of a DayDigest.
         * @deprecated Use tidemark.v1.DayDigest.$Properties instead.
         */
        interface IDayDigest extends tidemark.v1.DayDigest.$Properties {
        }

        /** Represents a DayDigest. */
        class DayDigest {

            /**
             * Constructs a new DayDigest.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.DayDigest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DayDigest day. */
            day: number;

            /** DayDigest bucket. */
            bucket: number;

            /** DayDigest rows. */
            rows: number;

            /** DayDigest sum. */
            sum: number;

            /**
             * Creates a new DayDigest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DayDigest instance
             */
            static create(properties: tidemark.v1.DayDigest.$Shape): tidemark.v1.DayDigest & tidemark.v1.DayDigest.$Shape;
            static create(properties?: tidemark.v1.DayDigest.$Properties): tidemark.v1.DayDigest;

            /**
             * Encodes the specified DayDigest message. Does not implicitly {@link tidemark.v1.DayDigest.verify|verify} messages.
             * @param message DayDigest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.DayDigest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DayDigest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.DayDigest & tidemark.v1.DayDigest.$Shape} DayDigest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.DayDigest & tidemark.v1.DayDigest.$Shape;
        }

        namespace DayDigest {

            /** Properties of a DayDigest. */
            interface $Properties {

                /** DayDigest day */
                day?: (number|null);

                /** DayDigest bucket */
                bucket?: (number|null);

                /** DayDigest rows */
                rows?: (number|null);

                /** DayDigest sum */
                sum?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DayDigest. */
            type $Shape = tidemark.v1.DayDigest.$Properties;
        }

        /**
         * Properties of a PeerWantHashes.
         * @deprecated Use tidemark.v1.PeerWantHashes.$Properties instead.
         */
        interface IPeerWantHashes extends tidemark.v1.PeerWantHashes.$Properties {
        }

        /** Represents a PeerWantHashes. */
        class PeerWantHashes {

            /**
             * Constructs a new PeerWantHashes.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.PeerWantHashes.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerWantHashes streamId. */
            streamId: Uint8Array;

            /** PeerWantHashes after. */
            after: number;

            /**
             * Creates a new PeerWantHashes instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PeerWantHashes instance
             */
            static create(properties: tidemark.v1.PeerWantHashes.$Shape): tidemark.v1.PeerWantHashes & tidemark.v1.PeerWantHashes.$Shape;
            static create(properties?: tidemark.v1.PeerWantHashes.$Properties): tidemark.v1.PeerWantHashes;

            /**
             * Encodes the specified PeerWantHashes message. Does not implicitly {@link tidemark.v1.PeerWantHashes.verify|verify} messages.
             * @param message PeerWantHashes message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.PeerWantHashes.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerWantHashes message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerWantHashes & tidemark.v1.PeerWantHashes.$Shape} PeerWantHashes
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.PeerWantHashes & tidemark.v1.PeerWantHashes.$Shape;
        }

        namespace PeerWantHashes {

            /** Properties of a PeerWantHashes. */
            interface $Properties {

                /** PeerWantHashes streamId */
                streamId?: (Uint8Array|null);

                /** PeerWantHashes after */
                after?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerWantHashes. */
            type $Shape = tidemark.v1.PeerWantHashes.$Properties;
        }

        /**
         * Properties of a PeerHashes.
         * @deprecated Use tidemark.v1.PeerHashes.$Properties instead.
         */
        interface IPeerHashes extends tidemark.v1.PeerHashes.$Properties {
        }

        /** Represents a PeerHashes. */
        class PeerHashes {

            /**
             * Constructs a new PeerHashes.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.PeerHashes.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerHashes streamId. */
            streamId: Uint8Array;

            /** PeerHashes seqs. */
            seqs: number[];

            /** PeerHashes hashes. */
            hashes: number[];

            /** PeerHashes more. */
            more: boolean;

            /**
             * Creates a new PeerHashes instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PeerHashes instance
             */
            static create(properties: tidemark.v1.PeerHashes.$Shape): tidemark.v1.PeerHashes & tidemark.v1.PeerHashes.$Shape;
            static create(properties?: tidemark.v1.PeerHashes.$Properties): tidemark.v1.PeerHashes;

            /**
             * Encodes the specified PeerHashes message. Does not implicitly {@link tidemark.v1.PeerHashes.verify|verify} messages.
             * @param message PeerHashes message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.PeerHashes.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerHashes message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.PeerHashes & tidemark.v1.PeerHashes.$Shape} PeerHashes
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.PeerHashes & tidemark.v1.PeerHashes.$Shape;
        }

        namespace PeerHashes {

            /** Properties of a PeerHashes. */
            interface $Properties {

                /** PeerHashes streamId */
                streamId?: (Uint8Array|null);

                /** PeerHashes seqs */
                seqs?: (number[]|null);

                /** PeerHashes hashes */
                hashes?: (number[]|null);

                /** PeerHashes more */
                more?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerHashes. */
            type $Shape = tidemark.v1.PeerHashes.$Properties;
        }

        /**
         * Properties of a SnapshotBody.
         * @deprecated Use tidemark.v1.SnapshotBody.$Properties instead.
         */
        interface ISnapshotBody extends tidemark.v1.SnapshotBody.$Properties {
        }

        /** Represents a SnapshotBody. */
        class SnapshotBody {

            /**
             * Constructs a new SnapshotBody.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.SnapshotBody.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotBody format. */
            format: number;

            /** SnapshotBody names. */
            names: string[];

            /** SnapshotBody series. */
            series: tidemark.v1.Series.$Properties[];

            /** SnapshotBody streams. */
            streams: tidemark.v1.SnapshotStream.$Properties[];

            /** SnapshotBody batches. */
            batches: tidemark.v1.SnapshotBatch.$Properties[];

            /** SnapshotBody commands. */
            commands: tidemark.v1.SnapshotCommand.$Properties[];

            /** SnapshotBody windows. */
            windows?: (tidemark.v1.WindowColumns.$Properties|null);

            /** SnapshotBody windowOrigins. */
            windowOrigins: tidemark.v1.SnapshotOrigin.$Properties[];

            /** SnapshotBody raws. */
            raws: tidemark.v1.SnapshotRaw.$Properties[];

            /** SnapshotBody voids. */
            voids: tidemark.v1.SnapshotVoid.$Properties[];

            /** SnapshotBody schemas. */
            schemas: tidemark.v1.SnapshotSchema.$Properties[];

            /** SnapshotBody windowContents. */
            windowContents: Uint8Array[];

            /**
             * Creates a new SnapshotBody instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SnapshotBody instance
             */
            static create(properties: tidemark.v1.SnapshotBody.$Shape): tidemark.v1.SnapshotBody & tidemark.v1.SnapshotBody.$Shape;
            static create(properties?: tidemark.v1.SnapshotBody.$Properties): tidemark.v1.SnapshotBody;

            /**
             * Encodes the specified SnapshotBody message. Does not implicitly {@link tidemark.v1.SnapshotBody.verify|verify} messages.
             * @param message SnapshotBody message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.SnapshotBody.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotBody message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotBody & tidemark.v1.SnapshotBody.$Shape} SnapshotBody
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.SnapshotBody & tidemark.v1.SnapshotBody.$Shape;
        }

        namespace SnapshotBody {

            /** Properties of a SnapshotBody. */
            interface $Properties {

                /** SnapshotBody format */
                format?: (number|null);

                /** SnapshotBody names */
                names?: (string[]|null);

                /** SnapshotBody series */
                series?: (tidemark.v1.Series.$Properties[]|null);

                /** SnapshotBody streams */
                streams?: (tidemark.v1.SnapshotStream.$Properties[]|null);

                /** SnapshotBody batches */
                batches?: (tidemark.v1.SnapshotBatch.$Properties[]|null);

                /** SnapshotBody commands */
                commands?: (tidemark.v1.SnapshotCommand.$Properties[]|null);

                /** SnapshotBody windows */
                windows?: (tidemark.v1.WindowColumns.$Properties|null);

                /** SnapshotBody windowOrigins */
                windowOrigins?: (tidemark.v1.SnapshotOrigin.$Properties[]|null);

                /** SnapshotBody raws */
                raws?: (tidemark.v1.SnapshotRaw.$Properties[]|null);

                /** SnapshotBody voids */
                voids?: (tidemark.v1.SnapshotVoid.$Properties[]|null);

                /** SnapshotBody schemas */
                schemas?: (tidemark.v1.SnapshotSchema.$Properties[]|null);

                /** SnapshotBody windowContents */
                windowContents?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotBody. */
            type $Shape = {
              format?: number|null;
              names?: string[]|null;
              series?: tidemark.v1.Series.$Shape[]|null;
              streams?: tidemark.v1.SnapshotStream.$Shape[]|null;
              batches?: tidemark.v1.SnapshotBatch.$Shape[]|null;
              commands?: tidemark.v1.SnapshotCommand.$Shape[]|null;
              windows?: tidemark.v1.WindowColumns.$Shape|null;
              windowOrigins?: tidemark.v1.SnapshotOrigin.$Shape[]|null;
              raws?: tidemark.v1.SnapshotRaw.$Shape[]|null;
              voids?: tidemark.v1.SnapshotVoid.$Shape[]|null;
              schemas?: tidemark.v1.SnapshotSchema.$Shape[]|null;
              windowContents?: Uint8Array[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a SnapshotStream.
         * @deprecated Use tidemark.v1.SnapshotStream.$Properties instead.
         */
        interface ISnapshotStream extends tidemark.v1.SnapshotStream.$Properties {
        }

        /** Represents a SnapshotStream. */
        class SnapshotStream {

            /**
             * Constructs a new SnapshotStream.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.SnapshotStream.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotStream streamId. */
            streamId: Uint8Array;

            /** SnapshotStream gateway. */
            gateway: string;

            /**
             * Creates a new SnapshotStream instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SnapshotStream instance
             */
            static create(properties: tidemark.v1.SnapshotStream.$Shape): tidemark.v1.SnapshotStream & tidemark.v1.SnapshotStream.$Shape;
            static create(properties?: tidemark.v1.SnapshotStream.$Properties): tidemark.v1.SnapshotStream;

            /**
             * Encodes the specified SnapshotStream message. Does not implicitly {@link tidemark.v1.SnapshotStream.verify|verify} messages.
             * @param message SnapshotStream message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.SnapshotStream.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotStream message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotStream & tidemark.v1.SnapshotStream.$Shape} SnapshotStream
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.SnapshotStream & tidemark.v1.SnapshotStream.$Shape;
        }

        namespace SnapshotStream {

            /** Properties of a SnapshotStream. */
            interface $Properties {

                /** SnapshotStream streamId */
                streamId?: (Uint8Array|null);

                /** SnapshotStream gateway */
                gateway?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotStream. */
            type $Shape = tidemark.v1.SnapshotStream.$Properties;
        }

        /**
         * Properties of a SnapshotBatch.
         * @deprecated Use tidemark.v1.SnapshotBatch.$Properties instead.
         */
        interface ISnapshotBatch extends tidemark.v1.SnapshotBatch.$Properties {
        }

        /** Represents a SnapshotBatch. */
        class SnapshotBatch {

            /**
             * Constructs a new SnapshotBatch.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.SnapshotBatch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotBatch stream. */
            stream: number;

            /** SnapshotBatch seq. */
            seq: number;

            /** SnapshotBatch sha256. */
            sha256: Uint8Array;

            /** SnapshotBatch ledger. */
            ledger?: (tidemark.v1.Ledger.$Properties|null);

            /** SnapshotBatch records. */
            records: number;

            /** SnapshotBatch rawReadings. */
            rawReadings: number;

            /**
             * Creates a new SnapshotBatch instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SnapshotBatch instance
             */
            static create(properties: tidemark.v1.SnapshotBatch.$Shape): tidemark.v1.SnapshotBatch & tidemark.v1.SnapshotBatch.$Shape;
            static create(properties?: tidemark.v1.SnapshotBatch.$Properties): tidemark.v1.SnapshotBatch;

            /**
             * Encodes the specified SnapshotBatch message. Does not implicitly {@link tidemark.v1.SnapshotBatch.verify|verify} messages.
             * @param message SnapshotBatch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.SnapshotBatch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotBatch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotBatch & tidemark.v1.SnapshotBatch.$Shape} SnapshotBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.SnapshotBatch & tidemark.v1.SnapshotBatch.$Shape;
        }

        namespace SnapshotBatch {

            /** Properties of a SnapshotBatch. */
            interface $Properties {

                /** SnapshotBatch stream */
                stream?: (number|null);

                /** SnapshotBatch seq */
                seq?: (number|null);

                /** SnapshotBatch sha256 */
                sha256?: (Uint8Array|null);

                /** SnapshotBatch ledger */
                ledger?: (tidemark.v1.Ledger.$Properties|null);

                /** SnapshotBatch records */
                records?: (number|null);

                /** SnapshotBatch rawReadings */
                rawReadings?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotBatch. */
            type $Shape = tidemark.v1.SnapshotBatch.$Properties;
        }

        /**
         * Properties of a SnapshotOrigin.
         * @deprecated Use tidemark.v1.SnapshotOrigin.$Properties instead.
         */
        interface ISnapshotOrigin extends tidemark.v1.SnapshotOrigin.$Properties {
        }

        /** Represents a SnapshotOrigin. */
        class SnapshotOrigin {

            /**
             * Constructs a new SnapshotOrigin.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.SnapshotOrigin.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotOrigin stream. */
            stream: number;

            /** SnapshotOrigin seq. */
            seq: number;

            /** SnapshotOrigin hash48. */
            hash48: number;

            /**
             * Creates a new SnapshotOrigin instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SnapshotOrigin instance
             */
            static create(properties: tidemark.v1.SnapshotOrigin.$Shape): tidemark.v1.SnapshotOrigin & tidemark.v1.SnapshotOrigin.$Shape;
            static create(properties?: tidemark.v1.SnapshotOrigin.$Properties): tidemark.v1.SnapshotOrigin;

            /**
             * Encodes the specified SnapshotOrigin message. Does not implicitly {@link tidemark.v1.SnapshotOrigin.verify|verify} messages.
             * @param message SnapshotOrigin message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.SnapshotOrigin.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotOrigin message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotOrigin & tidemark.v1.SnapshotOrigin.$Shape} SnapshotOrigin
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.SnapshotOrigin & tidemark.v1.SnapshotOrigin.$Shape;
        }

        namespace SnapshotOrigin {

            /** Properties of a SnapshotOrigin. */
            interface $Properties {

                /** SnapshotOrigin stream */
                stream?: (number|null);

                /** SnapshotOrigin seq */
                seq?: (number|null);

                /** SnapshotOrigin hash48 */
                hash48?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotOrigin. */
            type $Shape = tidemark.v1.SnapshotOrigin.$Properties;
        }

        /**
         * Properties of a SnapshotCommand.
         * @deprecated Use tidemark.v1.SnapshotCommand.$Properties instead.
         */
        interface ISnapshotCommand extends tidemark.v1.SnapshotCommand.$Properties {
        }

        /** Represents a SnapshotCommand. */
        class SnapshotCommand {

            /**
             * Constructs a new SnapshotCommand.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.SnapshotCommand.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotCommand origin. */
            origin?: (tidemark.v1.SnapshotOrigin.$Properties|null);

            /** SnapshotCommand command. */
            command?: (tidemark.v1.OperatorCommand.$Properties|null);

            /**
             * Creates a new SnapshotCommand instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SnapshotCommand instance
             */
            static create(properties: tidemark.v1.SnapshotCommand.$Shape): tidemark.v1.SnapshotCommand & tidemark.v1.SnapshotCommand.$Shape;
            static create(properties?: tidemark.v1.SnapshotCommand.$Properties): tidemark.v1.SnapshotCommand;

            /**
             * Encodes the specified SnapshotCommand message. Does not implicitly {@link tidemark.v1.SnapshotCommand.verify|verify} messages.
             * @param message SnapshotCommand message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.SnapshotCommand.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotCommand message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotCommand & tidemark.v1.SnapshotCommand.$Shape} SnapshotCommand
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.SnapshotCommand & tidemark.v1.SnapshotCommand.$Shape;
        }

        namespace SnapshotCommand {

            /** Properties of a SnapshotCommand. */
            interface $Properties {

                /** SnapshotCommand origin */
                origin?: (tidemark.v1.SnapshotOrigin.$Properties|null);

                /** SnapshotCommand command */
                command?: (tidemark.v1.OperatorCommand.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotCommand. */
            type $Shape = {
              origin?: tidemark.v1.SnapshotOrigin.$Shape|null;
              command?: tidemark.v1.OperatorCommand.$Shape|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a SnapshotRaw.
         * @deprecated Use tidemark.v1.SnapshotRaw.$Properties instead.
         */
        interface ISnapshotRaw extends tidemark.v1.SnapshotRaw.$Properties {
        }

        /** Represents a SnapshotRaw. */
        class SnapshotRaw {

            /**
             * Constructs a new SnapshotRaw.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.SnapshotRaw.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotRaw origin. */
            origin?: (tidemark.v1.SnapshotOrigin.$Properties|null);

            /** SnapshotRaw series. */
            series: number;

            /** SnapshotRaw position. */
            position: number;

            /** SnapshotRaw columns. */
            columns: Uint8Array;

            /**
             * Creates a new SnapshotRaw instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SnapshotRaw instance
             */
            static create(properties: tidemark.v1.SnapshotRaw.$Shape): tidemark.v1.SnapshotRaw & tidemark.v1.SnapshotRaw.$Shape;
            static create(properties?: tidemark.v1.SnapshotRaw.$Properties): tidemark.v1.SnapshotRaw;

            /**
             * Encodes the specified SnapshotRaw message. Does not implicitly {@link tidemark.v1.SnapshotRaw.verify|verify} messages.
             * @param message SnapshotRaw message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.SnapshotRaw.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotRaw message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotRaw & tidemark.v1.SnapshotRaw.$Shape} SnapshotRaw
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.SnapshotRaw & tidemark.v1.SnapshotRaw.$Shape;
        }

        namespace SnapshotRaw {

            /** Properties of a SnapshotRaw. */
            interface $Properties {

                /** SnapshotRaw origin */
                origin?: (tidemark.v1.SnapshotOrigin.$Properties|null);

                /** SnapshotRaw series */
                series?: (number|null);

                /** SnapshotRaw position */
                position?: (number|null);

                /** SnapshotRaw columns */
                columns?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotRaw. */
            type $Shape = tidemark.v1.SnapshotRaw.$Properties;
        }

        /**
         * Properties of a SnapshotSchema.
         * @deprecated Use tidemark.v1.SnapshotSchema.$Properties instead.
         */
        interface ISnapshotSchema extends tidemark.v1.SnapshotSchema.$Properties {
        }

        /** Represents a SnapshotSchema. */
        class SnapshotSchema {

            /**
             * Constructs a new SnapshotSchema.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.SnapshotSchema.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotSchema series. */
            series: number;

            /** SnapshotSchema type. */
            type: number;

            /** SnapshotSchema firstMs. */
            firstMs: number;

            /** SnapshotSchema lastMs. */
            lastMs: number;

            /**
             * Creates a new SnapshotSchema instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SnapshotSchema instance
             */
            static create(properties: tidemark.v1.SnapshotSchema.$Shape): tidemark.v1.SnapshotSchema & tidemark.v1.SnapshotSchema.$Shape;
            static create(properties?: tidemark.v1.SnapshotSchema.$Properties): tidemark.v1.SnapshotSchema;

            /**
             * Encodes the specified SnapshotSchema message. Does not implicitly {@link tidemark.v1.SnapshotSchema.verify|verify} messages.
             * @param message SnapshotSchema message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.SnapshotSchema.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotSchema message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotSchema & tidemark.v1.SnapshotSchema.$Shape} SnapshotSchema
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.SnapshotSchema & tidemark.v1.SnapshotSchema.$Shape;
        }

        namespace SnapshotSchema {

            /** Properties of a SnapshotSchema. */
            interface $Properties {

                /** SnapshotSchema series */
                series?: (number|null);

                /** SnapshotSchema type */
                type?: (number|null);

                /** SnapshotSchema firstMs */
                firstMs?: (number|null);

                /** SnapshotSchema lastMs */
                lastMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotSchema. */
            type $Shape = tidemark.v1.SnapshotSchema.$Properties;
        }

        /**
         * Properties of a SnapshotVoid.
         * @deprecated Use tidemark.v1.SnapshotVoid.$Properties instead.
         */
        interface ISnapshotVoid extends tidemark.v1.SnapshotVoid.$Properties {
        }

        /** Represents a SnapshotVoid. */
        class SnapshotVoid {

            /**
             * Constructs a new SnapshotVoid.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidemark.v1.SnapshotVoid.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotVoid stream. */
            stream: number;

            /** SnapshotVoid first. */
            first: number;

            /** SnapshotVoid last. */
            last: number;

            /** SnapshotVoid readings. */
            readings: number;

            /** SnapshotVoid reason. */
            reason: string;

            /**
             * Creates a new SnapshotVoid instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SnapshotVoid instance
             */
            static create(properties: tidemark.v1.SnapshotVoid.$Shape): tidemark.v1.SnapshotVoid & tidemark.v1.SnapshotVoid.$Shape;
            static create(properties?: tidemark.v1.SnapshotVoid.$Properties): tidemark.v1.SnapshotVoid;

            /**
             * Encodes the specified SnapshotVoid message. Does not implicitly {@link tidemark.v1.SnapshotVoid.verify|verify} messages.
             * @param message SnapshotVoid message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidemark.v1.SnapshotVoid.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotVoid message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidemark.v1.SnapshotVoid & tidemark.v1.SnapshotVoid.$Shape} SnapshotVoid
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidemark.v1.SnapshotVoid & tidemark.v1.SnapshotVoid.$Shape;
        }

        namespace SnapshotVoid {

            /** Properties of a SnapshotVoid. */
            interface $Properties {

                /** SnapshotVoid stream */
                stream?: (number|null);

                /** SnapshotVoid first */
                first?: (number|null);

                /** SnapshotVoid last */
                last?: (number|null);

                /** SnapshotVoid readings */
                readings?: (number|null);

                /** SnapshotVoid reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotVoid. */
            type $Shape = tidemark.v1.SnapshotVoid.$Properties;
        }
    }
}
