using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Feed;

/// <summary>
/// Counts the rounds in which one log could not be read while others could, and says so once there were several; kept by
/// <see cref="TrailFeed"/> for each such log.
/// </summary>
internal sealed class UnreadLog(string log)
{
    /// <summary>Name under which it is told.</summary>
    public const string Rule = "log-unread";

    // Rounds before it is told: a connection may break between one log and the next.
    private const int Patience = 3;

    private int _rounds;

    /// <summary>One more round; what is to be told of it, once.</summary>
    public Finding? Note(string fault, DateTimeOffset now) =>
        ++_rounds == Patience
            ? new Finding
            {
                Rule = Rule,
                Subject = "log/" + log,
                At = now,
                Severity = FindingSeverity.High,
                Words =
                    $"The stored log {log} cannot be read ({fault}), the others can: detection, quarantine and the ledger of what is used "
                    + "go on without it until it can. A row in it may be what no node has written; verify it.",
            }
            : null;
}
