using System.Net;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Compiling;

/// <summary>
/// Checks a client for contradictions with itself and its use case, and compiles its networks and hours; shared by snapshot and validator.
/// </summary>
internal static class ClientChecks
{
    private const int MostScopes = 64;
    private const int LongestScope = 512;
    private const int MostActors = 16;

    /// <summary>Checks the client against itself and its use case, and reads its networks and hours.</summary>
    internal static (IPNetwork[] Networks, HourWindow[] Hours) Check(
        Client client,
        UseCase? useCase,
        string path,
        List<RegistryProblem> problems
    )
    {
        CheckUseCase(client, useCase, path, problems);
        if (client.MaxTokenLifetimeSeconds is <= 0)
        {
            problems.Add(new RegistryProblem(path + "/maxTokenLifetimeSeconds", "A token lifetime is a positive number of seconds."));
        }

        if (client.DelegationDepth is < 0 or > 8)
        {
            problems.Add(new RegistryProblem(path + "/delegationDepth", "The delegation depth is 0 to 8."));
        }

        LimitChecks.Check(client.Limits, path + "/limits", problems);
        for (var place = 0; place < client.Requires.Count; place++)
        {
            if (client.Requires[place] is not ("mtls" or "dpop"))
            {
                problems.Add(new RegistryProblem($"{path}/requires/{place}", "Not one of mtls, dpop."));
            }
        }

        CheckScopes(client.Scopes, path + "/scopes", problems);
        CheckActors(client, path + "/actors", problems);
        return (ReadNetworks(client, path, problems), ListReading.Hours(client.Hours, path, " in UTC", problems));
    }

    private static void CheckScopes(IReadOnlyList<string> scopes, string path, List<RegistryProblem> problems)
    {
        if (scopes.Count > MostScopes)
        {
            problems.Add(new RegistryProblem(path, $"At most {MostScopes} scopes."));
        }

        for (var place = 0; place < scopes.Count; place++)
        {
            if (!IsScope(scopes[place]))
            {
                problems.Add(
                    new RegistryProblem(
                        $"{path}/{place}",
                        "Not a scope of a service or a user in SMART's second form, such as system/Observation.rs."
                    )
                );
            }
        }
    }

    private static void CheckActors(Client client, string path, List<RegistryProblem> problems)
    {
        var actors = client.Actors ?? [];
        if (actors.Count > MostActors)
        {
            problems.Add(new RegistryProblem(path, $"At most {MostActors} actors."));
        }

        for (var place = 0; place < actors.Count && place < MostActors; place++)
        {
            if (!RegistryId.IsValid(actors[place]))
            {
                problems.Add(new RegistryProblem($"{path}/{place}", "Not the id of a client."));
            }
            else if (actors[place] == client.Id)
            {
                problems.Add(
                    new RegistryProblem($"{path}/{place}", "The client itself is not listed: it may be the outermost in any case.")
                );
            }
            else if (actors.Take(place).Contains(actors[place], StringComparer.Ordinal))
            {
                problems.Add(new RegistryProblem($"{path}/{place}", "Stands here twice: no actor stands in a chain twice."));
            }
        }
    }

    // A filter stands behind a question mark; what it says is read where tokens are issued.
    private static bool IsScope(string text)
    {
        var end = text.IndexOf('?', StringComparison.Ordinal);
        var parts = text[..(end < 0 ? text.Length : end)].Split('/', '.');
        return text.Length <= LongestScope
            && end != text.Length - 1
            && parts is ["system" or "user", var type, { Length: > 0 } letters]
            && (type == "*" || ResourceType.TryParse(type, out _))
            && IsInOrder(letters)
            && text.All(static letter => letter is > ' ' and < '\x7f' and not '"' and not '\\');
    }

    private static bool IsInOrder(string letters)
    {
        var at = -1;
        foreach (var letter in letters)
        {
            var place = "cruds".IndexOf(letter, StringComparison.Ordinal);
            if (place <= at)
            {
                return false;
            }

            at = place;
        }

        return true;
    }

    private static void CheckUseCase(Client client, UseCase? useCase, string path, List<RegistryProblem> problems)
    {
        if (useCase is null)
        {
            problems.Add(new RegistryProblem(path + "/useCase", "There is no such use case."));
            return;
        }

        if (!string.Equals(client.Environment, useCase.Environment, StringComparison.Ordinal))
        {
            problems.Add(new RegistryProblem(path + "/environment", "The use case belongs to another environment."));
        }

        var served = useCase.Tenants.ToHashSet(StringComparer.Ordinal);
        for (var place = 0; place < client.Tenants.Count; place++)
        {
            if (!served.Contains(client.Tenants[place]))
            {
                problems.Add(new RegistryProblem($"{path}/tenants/{place}", "The use case does not serve this tenant."));
            }
        }
    }

    private static IPNetwork[] ReadNetworks(Client client, string path, List<RegistryProblem> problems)
    {
        var networks = new IPNetwork[client.Networks.Count];
        for (var place = 0; place < networks.Length; place++)
        {
            if (!NetworkRange.TryParse(client.Networks[place], out networks[place]))
            {
                problems.Add(
                    new RegistryProblem(
                        $"{path}/networks/{place}",
                        "Not a network in CIDR form with no bit beyond its prefix, such as 203.0.113.0/24."
                    )
                );
            }
        }

        return networks;
    }
}
