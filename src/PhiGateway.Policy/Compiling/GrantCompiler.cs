using System.Buffers;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Compiling;

/// <summary>
/// Compiles a grant as a person wrote it into the rule that decisions use, with a problem for each mistake; shared by snapshot and
/// validator, so that what passes one passes the other.
/// </summary>
internal static class GrantCompiler
{
    /// <summary>Most grants of one use case: a set of them fits one machine word in the decision.</summary>
    internal const int MostGrants = GrantSet.Most;

    // They rewrite labels or speak a language of their own; no grant can cover them (FHIR R4 resource-operations, $graphql).
    private static readonly string[] NeverGranted = ["$meta-add", "$meta-delete", "$graphql", "$process-message", "$convert"];

    private static readonly SearchValues<char> OperationName = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    );
    private static readonly SearchValues<char> Syntax = SearchValues.Create(":.,|&=?");

    /// <summary>
    /// Compiles; adds a problem for everything that is not exactly right. The result may be used only when nothing was added.
    /// </summary>
    internal static GrantRule Compile(Grant grant, string rule, string path, List<RegistryProblem> problems)
    {
        var interactions = ReadInteractions(grant, path, problems);
        var where = ReadWhere(grant, path, problems);
        return new GrantRule
        {
            Rule = rule,
            Types = ReadTypes(grant, path, problems),
            Interactions = interactions,
            Operations = ReadOperations(grant, path, problems),
            Includes = ReadIncludes(grant, path, problems),
            Reach = ReadReach(grant.Patients, path + "/patients", problems),
            Roster = grant.Patients?.Roster,
            Ceiling = ReadCeiling(grant, path, problems),
            Labels = ReadTokens(grant.Labels, path + "/labels", true, problems),
            Where = where,
            WhereParameters = Array.ConvertAll(where, static constraint => constraint.ToParameter()),
            Elements = ReadElements(grant, path, problems),
            MayRelabel = grant.MayRelabel,
        };
    }

    private static ResourceTypeSet ReadTypes(Grant grant, string path, List<RegistryProblem> problems)
    {
        var types = default(ResourceTypeSet);
        for (var place = 0; place < grant.Types.Count; place++)
        {
            if (ResourceType.TryParse(grant.Types[place].AsSpan(), out var type))
            {
                types = types.With(type);
            }
            else
            {
                problems.Add(
                    new RegistryProblem(
                        $"{path}/types/{place}",
                        "Not a FHIR R4 resource type; names are case-sensitive and there is no wildcard."
                    )
                );
            }
        }

        if (grant.Types.Count == 0)
        {
            problems.Add(new RegistryProblem(path + "/types", "A grant names at least one resource type."));
        }

        return types;
    }

    private static InteractionSet ReadInteractions(Grant grant, string path, List<RegistryProblem> problems)
    {
        var set = default(InteractionSet);
        for (var place = 0; place < grant.Interactions.Count; place++)
        {
            if (InteractionWords.TryParse(grant.Interactions[place], out var interactions))
            {
                set = set.Union(interactions);
            }
            else
            {
                problems.Add(new RegistryProblem($"{path}/interactions/{place}", $"Not one of {string.Join(", ", InteractionWords.All)}."));
            }
        }

        if (grant.Interactions.Count == 0 && grant.Operations.Count == 0)
        {
            problems.Add(new RegistryProblem(path + "/interactions", "A grant names at least one interaction or operation."));
        }

        return set;
    }

    private static string[] ReadOperations(Grant grant, string path, List<RegistryProblem> problems)
    {
        for (var place = 0; place < grant.Operations.Count; place++)
        {
            var name = grant.Operations[place];
            if (name.Length < 2 || name[0] != '$' || name.AsSpan(1).ContainsAnyExcept(OperationName))
            {
                problems.Add(new RegistryProblem($"{path}/operations/{place}", "An operation is written with its $, such as $lastn."));
            }
            else if (Array.IndexOf(NeverGranted, name) >= 0)
            {
                problems.Add(
                    new RegistryProblem($"{path}/operations/{place}", "This operation cannot be granted: what it does cannot be judged.")
                );
            }
        }

        return [.. grant.Operations];
    }

    private static string[] ReadIncludes(Grant grant, string path, List<RegistryProblem> problems)
    {
        for (var place = 0; place < grant.Includes.Count; place++)
        {
            var parts = grant.Includes[place].Split(':');
            var first = parts[0] == "_has" ? 1 : 0;
            if (
                parts.Length - first is < 2 or > 3
                || !ResourceType.TryParse(parts[first].AsSpan(), out _)
                || parts[first + 1].Length == 0
                || parts[first + 1].Contains('*', StringComparison.Ordinal)
                || (parts.Length - first == 3 && !ResourceType.TryParse(parts[^1].AsSpan(), out _))
            )
            {
                problems.Add(
                    new RegistryProblem(
                        $"{path}/includes/{place}",
                        "An include is written Type:parameter or Type:parameter:Target, a reverse chain _has:Type:parameter; no wildcard."
                    )
                );
            }
        }

        return [.. grant.Includes];
    }

    private static PatientReach ReadReach(PatientScope? scope, string path, List<RegistryProblem> problems)
    {
        List<PatientReach> chosen = [];
        AddIf(scope?.Any == true, PatientReach.Any);
        AddIf(scope?.Roster is not null, PatientReach.Roster);
        AddIf(scope?.Context == true, PatientReach.Context);
        AddIf(scope?.Task == true, PatientReach.Task);
        AddIf(scope?.None == true, PatientReach.None);
        if (chosen.Count != 1)
        {
            problems.Add(
                new RegistryProblem(path, "Whose data is meant must be said in exactly one way: any, roster, context, task or none.")
            );
            return PatientReach.None;
        }

        return chosen[0];

        void AddIf(bool isChosen, PatientReach reach)
        {
            if (isChosen)
            {
                chosen.Add(reach);
            }
        }
    }

    private static Confidentiality ReadCeiling(Grant grant, string path, List<RegistryProblem> problems)
    {
        if (ConfidentialityCodes.TryParse(grant.Confidentiality, out var ceiling))
        {
            return ceiling;
        }

        problems.Add(new RegistryProblem(path + "/confidentiality", "Not one of U, L, M, N, R, V."));
        return Confidentiality.Unrestricted;
    }

    private static TokenConstraint[] ReadWhere(Grant grant, string path, List<RegistryProblem> problems)
    {
        var where = new List<TokenConstraint>(grant.Where.Count);
        foreach (var (parameter, values) in grant.Where.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            if (parameter.Length == 0 || parameter[0] == '_' || parameter.AsSpan().ContainsAny(Syntax))
            {
                problems.Add(new RegistryProblem($"{path}/where", "A condition names a token search parameter without modifier or chain."));
                continue;
            }

            where.Add(new TokenConstraint(parameter, ReadTokens(values.Split(','), $"{path}/where/{parameter}", false, problems)));
        }

        return [.. where];
    }

    private static TokenValue[] ReadTokens(IReadOnlyList<string> texts, string path, bool labels, List<RegistryProblem> problems)
    {
        var values = new List<TokenValue>(texts.Count);
        for (var place = 0; place < texts.Count; place++)
        {
            if (
                texts[place].AsSpan().Trim().Length == texts[place].Length
                && TokenValue.TryParse(texts[place], out var value)
                && (!labels || value is { Code: not null, System: not "" })
            )
            {
                values.Add(value);
                if (labels && value.System is null or ActCodes.System && ActCodes.IsUnfulfillable(value.Code!))
                {
                    problems.Add(
                        new RegistryProblem(
                            $"{path}/{place}",
                            "This code asks for something that does not happen here (de-identification, an approval per case), so no grant can pass over it."
                        )
                    );
                }
            }
            else
            {
                problems.Add(new RegistryProblem($"{path}/{place}", "Write a code, or system|code; blanks around it do not belong to it."));
            }
        }

        return [.. values];
    }

    private static ElementSet ReadElements(Grant grant, string path, List<RegistryProblem> problems)
    {
        for (var place = 0; place < grant.Elements.Count; place++)
        {
            var name = grant.Elements[place];
            if (name.Length == 0 || !char.IsAsciiLetterLower(name[0]) || !name.All(char.IsAsciiLetterOrDigit))
            {
                problems.Add(new RegistryProblem($"{path}/elements/{place}", "An element is a top-level name, such as birthDate."));
            }
        }

        for (var place = 0; place < grant.Masks.Count; place++)
        {
            if (!ElementPath.IsMaskable(grant.Masks[place]))
            {
                problems.Add(
                    new RegistryProblem(
                        $"{path}/masks/{place}",
                        "A mask is a path of at most four element names, such as birthDate or identifier.value; not the type, id, meta or what is contained."
                    )
                );
            }
        }

        return ElementSet.Of(grant.Elements, grant.Masks);
    }
}
