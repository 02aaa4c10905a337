using System.Globalization;
using PhiGateway.Policy.Collections;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>The patients of one roster with the time of each membership; immutable.</summary>
internal sealed class RosterMembers(PersistentMap<PatientId, MemberWindow> members)
{
    internal static readonly RosterMembers Nobody = new(PersistentMap<PatientId, MemberWindow>.Empty);

    internal int Count => members.Count;

    /// <summary>Whether the patient is a member at a moment in UTC ticks.</summary>
    internal bool Covers(PatientId patient, long ticks) =>
        patient.Value is not null && members.TryGet(patient, out var window) && window.Holds(ticks);

    /// <summary>By which membership a patient is covered, in words for the record; null: there is none.</summary>
    internal string? CoverageOf(PatientId patient, string roster)
    {
        if (patient.Value is null || !members.TryGet(patient, out var window))
        {
            return null;
        }

        return window.IsAlways ? roster : $"{roster}@{window.Words}";
    }

    /// <summary>Every membership, whenever it holds, as it is written.</summary>
    internal IEnumerable<RosterMember> ToMembers(string roster) =>
        members.ToList().Select(member => new RosterMember(roster, member.Key, member.Value.Begin, member.Value.End));

    /// <summary>
    /// All members at a moment when they are at most so many in all; null when the roster is larger, so that a large one costs nothing.
    /// </summary>
    internal List<PatientId>? CurrentIfFew(int most, long ticks)
    {
        if (members.Count > most)
        {
            return null;
        }

        var current = new List<PatientId>(members.Count);
        foreach (var (patient, window) in members.ToList())
        {
            if (window.Holds(ticks))
            {
                current.Add(patient);
            }
        }

        current.Sort(static (left, right) => string.CompareOrdinal(left.Value, right.Value));
        return current;
    }
}
