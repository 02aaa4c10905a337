using PhiGateway.Admin.Accounting;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>What the list of patients' requests shows; it names no patient.</summary>
/// <param name="Items">One page: those that wait first, the next due first.</param>
/// <param name="Waiting">How many wait for an answer.</param>
/// <param name="Late">How many of those are past their day.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Skipped">How many stand on earlier pages.</param>
/// <param name="At">Now.</param>
public sealed record RequestsModel(
    IReadOnlyList<DisclosureRequest> Items,
    int Waiting,
    int Late,
    int Total,
    int Skipped,
    DateTimeOffset At
);
