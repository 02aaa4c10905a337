using PhiGateway.Admin.Cases;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Cases;

/// <summary>What the list of cases shows.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="IsClosed">Whether the closed ones are shown.</param>
public sealed record CasesModel(IReadOnlyList<AlertCase> Items, bool IsClosed);

/// <summary>What one case shows.</summary>
/// <param name="View">The case with its alerts and its timeline.</param>
/// <param name="Records">Its records; null: the viewer does not read the trail.</param>
/// <param name="Patients">Whose data they touched, by keyed hash.</param>
/// <param name="MayWork">Whether the viewer may note, add and remove.</param>
/// <param name="MayClose">Whether the viewer may close it.</param>
/// <param name="Problem">Why a step was refused; null: none was.</param>
/// <param name="Typed">What was typed.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record CaseModel(
    CaseView View,
    IReadOnlyList<TrailLine>? Records,
    IReadOnlyList<CasePatient> Patients,
    bool MayWork,
    bool MayClose,
    string? Problem,
    string? Typed,
    string FormToken
);

/// <summary>One patient whose data a record of the case touched.</summary>
/// <param name="Key">Keyed hash.</param>
/// <param name="Records">In how many of its records.</param>
/// <param name="IsOpen">Whether this session has opened the patient for a reason.</param>
public sealed record CasePatient(string Key, int Records, bool IsOpen);
