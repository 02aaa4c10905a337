using System.Buffers;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Compiling;

/// <summary>
/// Checks an agent's charter and compiles it; shared by snapshot and validator. What cannot be read is a problem, and closes the client: it
/// may be the restriction.
/// </summary>
internal static class CharterChecks
{
    private const int MostCharacters = 64;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-"
    );

    /// <summary>The compiled charter; null: the client has none, or one with problems.</summary>
    internal static CharterEntry? Check(Client client, string path, List<RegistryProblem> problems)
    {
        if (client.Charter is not { } charter)
        {
            return null;
        }

        path += "/charter";
        var before = problems.Count;
        if (client.Kind != ClientKind.AiAgent)
        {
            problems.Add(new RegistryProblem(path, "A charter belongs to clients of the kind ai-agent."));
        }

        if (client.Limits.DistinctPatientsPerDay is null)
        {
            problems.Add(new RegistryProblem(path, "An agent under a charter has a number of patients: limits.distinctPatientsPerDay."));
        }

        foreach (var (member, text) in new[] { ("model", charter.Model), ("vendor", charter.Vendor), ("instance", charter.Instance) })
        {
            if (
                text is null
                    ? member != "instance"
                    : text.Length is 0 or > MostCharacters || text.AsSpan().ContainsAnyExcept(NameCharacters)
            )
            {
                problems.Add(new RegistryProblem($"{path}/{member}", "1 to 64 of letters, digits, '.', '_', ':' and '-'."));
            }
        }

        if (charter.CallsPerDay is <= 0)
        {
            problems.Add(new RegistryProblem(path + "/callsPerDay", "A positive number; leave it out for no limit."));
        }

        for (var place = 0; place < charter.Tools.Count; place++)
        {
            if (!AgentTools.All.Contains(charter.Tools[place], StringComparer.Ordinal))
            {
                problems.Add(new RegistryProblem($"{path}/tools/{place}", $"Not one of {string.Join(", ", AgentTools.All)}."));
            }
        }

        var (types, hours) = (ReadTypes(charter, path, problems), ReadHours(charter, path, problems));
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(charter.TimeZone, out var zone))
        {
            problems.Add(new RegistryProblem(path + "/timeZone", "Not a time zone by its IANA name, such as Europe/Berlin."));
        }

        return problems.Count > before || zone is null
            ? null
            : new CharterEntry
            {
                Tools = [.. charter.Tools],
                Types = types,
                Hours = hours,
                Zone = zone,
                Model = CharterEntry.ModelOf(charter.Vendor, charter.Model),
                EveryModel = CharterEntry.ModelOf(charter.Vendor, "*"),
            };
    }

    private static ResourceTypeSet ReadTypes(AgentCharter charter, string path, List<RegistryProblem> problems)
    {
        var types = default(ResourceTypeSet);
        for (var place = 0; place < charter.Types.Count; place++)
        {
            if (ResourceType.TryParse(charter.Types[place], out var type))
            {
                types = types.With(type);
            }
            else
            {
                problems.Add(new RegistryProblem($"{path}/types/{place}", "Not a resource type of FHIR R4."));
            }
        }

        return types;
    }

    private static HourWindow[] ReadHours(AgentCharter charter, string path, List<RegistryProblem> problems)
    {
        var hours = new HourWindow[charter.Hours.Count];
        for (var place = 0; place < hours.Length; place++)
        {
            if (!HourWindow.TryParse(charter.Hours[place], out hours[place]))
            {
                problems.Add(new RegistryProblem($"{path}/hours/{place}", "Not a window of the day, HH:mm-HH:mm, such as 06:00-18:30."));
            }
        }

        return hours;
    }
}
