using PhiGateway.Admin.Status;

namespace PhiGateway.Console.Http;

/// <summary>What goes on while something cannot be reached: what becomes of clients' requests, and which screens can be used.</summary>
/// <param name="Words">What people need to know.</param>
/// <param name="Sections">Keys of the screens that work.</param>
internal sealed record StillWorks(IReadOnlyList<string> Words, IReadOnlyList<string> Sections)
{
    private const string Decided =
        "Requests of clients are decided as before, from the registry that each node read last, until that is older than the node allows.";

    private const string Kept = "What happens is recorded in each node's journal, and goes to the store when it is back: nothing is lost.";

    private static readonly string[] OfTheRegistry = ["now", "alerts", "clients", "approvals", "vendors", "break-glass", "lab", "settings"];

    /// <summary>While the journal takes no record.</summary>
    public static StillWorks WithoutJournal { get; } =
        new(
            [
                "Nothing is released to clients: what cannot be recorded is not given. The runbook is docs/runbooks/journal-full.md.",
                "Here, what reads the registry works; what reads the trail or changes something does not.",
            ],
            ["alerts", "clients", "approvals", "vendors", "break-glass", "lab", "settings"]
        );

    /// <summary>While a store does not answer.</summary>
    public static StillWorks With(StoresThere there) =>
        there switch
        {
            { Registry: true, Trail: false } => new(
                [
                    "The store of the trail does not answer. " + Decided,
                    Kept,
                    "Clients and vendors can be looked at and stopped; searches and counts of the trail cannot be made.",
                ],
                OfTheRegistry
            ),
            { Registry: false, Trail: true } => new(
                [
                    "The store of the registry does not answer. " + Decided,
                    "Nobody can be stopped or approved here until it is back: stop a client at its identity provider.",
                    "The trail can be searched, and one access proven.",
                ],
                ["audit"]
            ),
            { Registry: false, Trail: false } => new(["Neither store answers. " + Decided, Kept], []),
            _ => new(["Both stores answer again: open the page once more. " + Decided], OfTheRegistry),
        };
}
