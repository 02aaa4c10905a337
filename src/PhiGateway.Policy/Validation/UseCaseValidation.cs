using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Validation;

/// <summary>
/// Checks use cases before they are stored, by the snapshot's own checks and by what only a writer must keep to; adds a problem for each
/// mistake.
/// </summary>
internal static class UseCaseValidation
{
    // Each is held against each type of the grant.
    private const int MostOperations = 500;
    private const int MostConditions = 100;

    internal static void Check(UseCase useCase, string path, ValidationContext context)
    {
        context.Text(useCase.Title, path + "/title");
        context.Person(useCase.Owner, path + "/owner");
        context.Ahead(useCase.Expires, path + "/expires");
        var agreement = useCase.Agreement is null ? null : context.Find(RegistryKind.Agreement, useCase.Agreement) as Agreement;
        var organization = context.Find(RegistryKind.Organization, useCase.Organization) as Organization;
        UseCaseChecks.Check(useCase, path, context.Problems);
        StepUpChecks.Check(useCase, path, context.Problems);
        UseCaseChecks.CheckReferences(useCase, agreement, organization, context.Find, path, context.Problems);
        if (useCase.Agreement is null && organization is { Kind: not OrganizationKind.Internal })
        {
            context.Add(path + "/agreement", "Only an internal unit may do without an agreement.");
        }

        if (useCase.Grants.Count == 0 && useCase.Status == UseCaseStatus.Approved)
        {
            context.Add(path + "/grants", "An approved use case permits something: name at least one grant.");
        }

        for (var place = 0; place < useCase.Grants.Count; place++)
        {
            CheckGrant(useCase.Grants[place], $"{path}/grants/{place}", context);
        }
    }

    private static void CheckGrant(Grant grant, string path, ValidationContext context)
    {
        if (grant.Masks.Count > 0 && grant.Interactions.Contains("update", StringComparer.Ordinal))
        {
            context.Add(
                path + "/interactions",
                "Whoever sees some elements masked would write the masks back by an update; grant patch instead."
            );
        }

        if (grant.Elements.Count > 0 && grant.Interactions.Contains("update", StringComparer.Ordinal))
        {
            context.Add(
                path + "/interactions",
                "Whoever sees only some elements would erase the others by an update; grant patch instead."
            );
        }

        if (grant.Operations.Count > MostOperations)
        {
            context.Add(path + "/operations", $"A grant names at most {MostOperations} operations; split it.");
        }

        if (grant.Where.Count > MostConditions)
        {
            context.Add(path + "/where", $"A grant has at most {MostConditions} conditions.");
            return;
        }

        var types = grant.Types.Distinct(StringComparer.Ordinal).ToList();
        foreach (var parameter in grant.Where.Keys)
        {
            foreach (var name in types)
            {
                if (ResourceType.TryParse(name.AsSpan(), out var type) && !context.KnowsTokenParameter(type, parameter))
                {
                    context.Add($"{path}/where/{Shown(parameter)}", $"{type.Name} has no token search parameter of this name.");
                }
            }
        }
    }

    // A name that is no parameter at all may hold anything; it is not repeated.
    private static string Shown(string parameter) =>
        parameter.Length <= 64 && parameter.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') ? parameter : "?";
}
