using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Detection;

/// <summary>What rules of one family see of one thing at the moment; held by <see cref="FindingFold"/>, kept over restarts.</summary>
/// <param name="Family">The rules' family.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="First">The finding that began it.</param>
/// <param name="Severity">The gravest of its findings.</param>
/// <param name="Rules">Those that have spoken of it.</param>
internal sealed record OpenIncident(
    string Family,
    string Subject,
    Incident First,
    FindingSeverity Severity,
    IReadOnlyCollection<string> Rules
)
{
    private static readonly TimeSpan SameThing = TimeSpan.FromDays(1);

    /// <summary>Whether what is found at a moment still belongs to it, and not to a time long before it.</summary>
    public bool IsOpenAt(DateTimeOffset at) => (at - First.At).Duration() < SameThing;
}
