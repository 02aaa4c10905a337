using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Clients;

/// <summary>One door.</summary>
/// <param name="Name">Such as <c>agreement</c>.</param>
/// <param name="Reason">Code with which it refuses.</param>
/// <param name="Open">Whether it is open.</param>
/// <param name="ClosesAt">When it closes by itself; absent: it has no date.</param>
/// <param name="Closing">Whether that is soon.</param>
/// <param name="ToOpen">What to do to open it.</param>
/// <param name="Rule">The entity behind it, such as <c>agreement/baa-1</c>.</param>
/// <param name="Guards">Whether the gateway enforces it; false for the dates of a credential that is inventory only.</param>
public sealed record DoorReport(
    string Name,
    string Reason,
    bool Open,
    DateTimeOffset? ClosesAt,
    bool Closing,
    string? ToOpen,
    string? Rule,
    bool Guards = true
)
{
    internal static IReadOnlyList<DoorReport> Of(ClientEntry entry, RegistrySnapshot snapshot, DateTimeOffset at, int warnDays) =>
        [
            .. Posture
                .Of(entry, snapshot, at)
                .Select(door => new DoorReport(
                    door.Name,
                    door.Reason.Code,
                    door.Open,
                    door.ClosesAt,
                    door.Open && door.ClosesAt <= at.AddDays(warnDays),
                    door.ToOpen,
                    door.Rule,
                    door.Guards
                )),
        ];
}
