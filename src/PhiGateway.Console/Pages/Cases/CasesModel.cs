using PhiGateway.Admin.Cases;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Cases;

/// <summary>What the list of cases shows.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="Part">Which part of them this is.</param>
/// <param name="IsClosed">Whether the closed ones are shown.</param>
public sealed record CasesModel(IReadOnlyList<AlertCase> Items, ListPart Part, bool IsClosed);

/// <summary>What one case shows.</summary>
/// <param name="View">The case with its alerts and its timeline.</param>
/// <param name="Records">Its records; null: the viewer does not read the trail.</param>
/// <param name="Patients">Whose data they touched, by keyed hash.</param>
/// <param name="MayWork">Whether the viewer may note, add and remove.</param>
/// <param name="MayClose">Whether the viewer may close it.</param>
/// <param name="MoreRecords">How many records of its alerts are not shown here.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record CaseModel(
    CaseView View,
    IReadOnlyList<TrailLine>? Records,
    IReadOnlyList<CasePatient> Patients,
    bool MayWork,
    bool MayClose,
    int MoreRecords,
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
