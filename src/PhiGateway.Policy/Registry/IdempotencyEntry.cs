namespace PhiGateway.Policy.Registry;

/// <summary>One remembered answer of the admin API (Idempotency-Key header).</summary>
/// <param name="Key">Caller and key together.</param>
/// <param name="BodyHash">SHA-256 of method, path and body, lower-case hex: another body under the same key is an error.</param>
/// <param name="Status">HTTP status of the answer; 0 while the first call still runs.</param>
/// <param name="Body">Body of the answer.</param>
/// <param name="At">When, UTC.</param>
public sealed record IdempotencyEntry(string Key, string BodyHash, int Status, string Body, DateTimeOffset At);
