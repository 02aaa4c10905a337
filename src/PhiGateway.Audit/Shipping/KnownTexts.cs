using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Shipping;

/// <summary>
/// The last text of each column that repeats from record to record, so that one text stands for many records and is compared, not made.
/// One per thread; used by <see cref="EntryColumns"/>.
/// </summary>
internal sealed class KnownTexts
{
    [ThreadStatic]
    private static KnownTexts? _ofThisThread;

    public static KnownTexts OfThisThread => _ofThisThread ??= new KnownTexts();

    public KnownText Event { get; } = new();

    public KnownText Decision { get; } = new();

    public KnownText Reason { get; } = new();

    public KnownText Client { get; } = new();

    public KnownText Tenant { get; } = new();

    public KnownText ResourceType { get; } = new();

    public KnownText Interaction { get; } = new();

    public KnownText UseCase { get; } = new();

    public KnownText Organization { get; } = new();

    public KnownText Purpose { get; } = new();
}
