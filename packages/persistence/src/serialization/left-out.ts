/**
 * What a serializer's `fromBinary` gives to leave the event or snapshot out, instead of a value. A journal does not replay such an
 * event, though its sequence number and its atomic write count as ever; limits are applied before. A snapshot store takes such
 * a snapshot for one that is not there.
 *
 * The same across duplicate installs.
 */
export const LEFT_OUT: unique symbol = Symbol.for('dynact.leftOut')
