using PhiGateway.Admin.Cases;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Cases;

/// <summary>What the list of cases shows.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="Part">Which part of them this is.</param>
/// <param name="State">open, closed or all.</param>
/// <param name="Text">What was searched for; null: nothing.</param>
/// <param name="IsMine">Whether only those are shown that the viewer had a hand in.</param>
/// <param name="Addresses">Addresses of the same list in each state, and with and without the viewer's own alone.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record CasesModel(
    IReadOnlyList<AlertCase> Items,
    ListPart Part,
    string State,
    string? Text,
    bool IsMine,
    CaseAddresses Addresses,
    string FormToken
)
{
    /// <summary>Whether less than a whole state is asked for.</summary>
    public bool IsNarrowed => Text is not null || IsMine;
}

/// <summary>Where the switches of the list of cases lead.</summary>
/// <param name="Open">Those that are open.</param>
/// <param name="Closed">Those that were closed.</param>
/// <param name="All">Both.</param>
/// <param name="Mine">The same with the viewer's own alone, or without.</param>
public sealed record CaseAddresses(string Open, string Closed, string All, string Mine);

/// <summary>What one case shows.</summary>
/// <param name="View">The case with its alerts and its timeline.</param>
/// <param name="Records">Its records; null: the viewer does not read the trail.</param>
/// <param name="Patients">Whose data they touched, by keyed hash.</param>
/// <param name="MayWork">Whether the viewer may note, add and remove.</param>
/// <param name="MayClose">Whether the viewer may close it.</param>
/// <param name="MoreRecords">How many records of its alerts are not shown here.</param>
/// <param name="Uncounted">Of how many records the patients are not counted.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record CaseModel(
    CaseView View,
    IReadOnlyList<TrailLine>? Records,
    IReadOnlyList<CasePatient> Patients,
    bool MayWork,
    bool MayClose,
    int MoreRecords,
    int Uncounted,
    TriedForm? Tried,
    string FormToken
)
{
    /// <summary>What is shown, to be told apart from what is there later.</summary>
    internal string Seen =>
        SeenState.Of(
            ("state", Words.Kebab(View.Case.State)),
            ("alerts", string.Join(", ", View.Case.Alerts)),
            ("closed because", View.Case.Resolution),
            ("last", View.Timeline.Count == 0 ? null : View.Timeline[^1].Words)
        );
}

/// <summary>One patient whose data a record of the case touched.</summary>
/// <param name="Key">Keyed hash.</param>
/// <param name="Records">In how many of its records.</param>
/// <param name="IsOpen">Whether this session has opened the patient for a reason.</param>
public sealed record CasePatient(string Key, int Records, bool IsOpen);
