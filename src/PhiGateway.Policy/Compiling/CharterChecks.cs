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

        var (types, hours) = (
            ListReading.Types(charter.Types, path, problems),
            ListReading.Hours(charter.Hours, path, string.Empty, problems)
        );
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
                Model = AgentCharter.NameOf(charter.Vendor, charter.Model),
                EveryModel = AgentCharter.NameOf(charter.Vendor, AgentCharter.EveryModel),
            };
    }
}
