namespace PhiGateway.Admin.Http;

/// <summary>
/// Tells the idempotency filter how large an endpoint's bodies may be, whether they are streams, and after how long an unfinished call
/// counts as abandoned.
/// </summary>
/// <param name="MaxBody">Largest body in bytes; of no meaning for a stream.</param>
/// <param name="Streamed">The body is a stream that nobody holds: its digest stands for it.</param>
/// <param name="Abandoned">A call that began this long ago and never ended died with its process.</param>
internal sealed record IdempotencyScope(int MaxBody, bool Streamed, TimeSpan Abandoned)
{
    public static IdempotencyScope Document { get; } = new(RequestBody.MaxDocument, Streamed: false, TimeSpan.FromMinutes(2));

    /// <summary>Whole registries: more bytes, more time.</summary>
    public static IdempotencyScope File(int maxBody) => new(maxBody, Streamed: false, TimeSpan.FromMinutes(10));

    /// <summary>Imports of any length.</summary>
    public static IdempotencyScope Stream { get; } = new(0, Streamed: true, TimeSpan.FromHours(2));
}
