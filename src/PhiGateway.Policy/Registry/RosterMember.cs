using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Registry;

/// <summary>One patient's membership of one roster, with its days.</summary>
/// <param name="Roster">Roster id.</param>
/// <param name="Patient">Logical id of the Patient.</param>
/// <param name="From">First moment, UTC; null: always was.</param>
/// <param name="Until">First moment no longer a member, UTC; null: open-ended.</param>
/// <param name="Source">Which feed or person said so.</param>
public sealed record RosterMember(
    string Roster,
    PatientId Patient,
    DateTimeOffset? From = null,
    DateTimeOffset? Until = null,
    string? Source = null
);
