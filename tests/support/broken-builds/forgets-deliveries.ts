import { DeliveryMemory } from "../../../edge/core/storage/delivery-memory.ts";

/** A gateway that breaks P2: it counts a redelivered message as a new one. */
DeliveryMemory.prototype.holds = () => false;
