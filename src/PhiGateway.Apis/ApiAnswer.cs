namespace PhiGateway.Apis;

/// <summary>
/// What one row of a declared table says about its answers: where the records are, what may leave beside them, and its limits; immutable.
/// </summary>
/// <param name="Envelope">What may leave beside the records, and where the records are; null: the whole answer is one record.</param>
/// <param name="WithholdsAll">One record that may not leave withholds the whole answer.</param>
/// <param name="MaxItems">Most records.</param>
/// <param name="MaxBytes">Most bytes; null: no bound of its own.</param>
/// <param name="Shape">Where each record says what policy must know.</param>
internal sealed record ApiAnswer(EnvelopeNode? Envelope, bool WithholdsAll, int MaxItems, long? MaxBytes, ApiShape Shape);
