using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>
/// One task grant, compiled: one patient, perhaps one resource, until a moment in UTC ticks, perhaps for a number of uses.
/// </summary>
internal readonly record struct TaskEntry(string Task, PatientId Patient, ResourceType Type, string? Id, long Until, int? MaxUses)
{
    /// <summary>Reads a task grant that is not closed; false when patient or resource are not exactly right.</summary>
    internal static bool TryRead(TaskGrant grant, out TaskEntry entry)
    {
        entry = default;
        if (!PatientId.TryParse(grant.Patient, out var patient))
        {
            return false;
        }

        var type = default(ResourceType);
        string? id = null;
        if (grant.Resource is { } resource)
        {
            var slash = resource.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0 || !ResourceType.TryParse(resource.AsSpan(0, slash), out type) || !FhirId.IsValid(resource.AsSpan(slash + 1)))
            {
                return false;
            }

            id = resource[(slash + 1)..];
        }

        entry = new TaskEntry(grant.Id, patient, type, id, grant.Expires.UtcTicks, grant.MaxUses);
        return true;
    }

    internal bool IsLive(long ticks) => ticks < Until;

    /// <summary>Whether the task covers this patient's resource; without an id only a task for all of the patient does.</summary>
    internal bool Covers(PatientId patient, ResourceType type, string? id, long ticks) =>
        IsLive(ticks) && Patient == patient && (Id is null || (Type == type && string.Equals(Id, id, StringComparison.Ordinal)));
}
