using System.Text.Json;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Usage;

namespace PhiGateway.Admin.Clients;

/// <summary>Sets what a client is granted beside what it used, element by element; used by <see cref="UsageReports"/>.</summary>
internal static class ElementUses
{
    /// <summary>By kind; of each kind what was never used first, then the longest unused.</summary>
    /// <param name="client">The client.</param>
    /// <param name="useCase">Its use case; null: there is none, and nothing is granted.</param>
    /// <param name="used">What it used.</param>
    public static IReadOnlyList<UsedElement> Of(Client client, UseCase? useCase, IReadOnlyList<UsageElement> used)
    {
        var left = used.ToHashSet();
        var rows = new List<(UsageKind Kind, UsedElement Element)>();
        foreach (var (kind, name) in GrantedTo(client, useCase).Distinct())
        {
            UsageElement[] found = [.. used.Where(one => one.Kind == kind && Covers(kind, name, one.Name))];
            left.ExceptWith(found);
            rows.Add((kind, Row(kind, name, true, found)));
        }

        rows.AddRange(left.Select(one => (one.Kind, Row(one.Kind, one.Name, IsGranted(useCase, one), [one]))));
        return
        [
            .. rows.OrderBy(static row => row.Kind)
                .ThenBy(static row => row.Element.Last ?? DateTimeOffset.MinValue)
                .ThenBy(static row => row.Element.Name, StringComparer.Ordinal)
                .Select(static row => row.Element),
        ];
    }

    private static IEnumerable<(UsageKind Kind, string Name)> GrantedTo(Client client, UseCase? useCase)
    {
        if (useCase is null)
        {
            yield break;
        }

        foreach (var grant in useCase.Grants)
        {
            foreach (var type in grant.Types)
            {
                foreach (var word in grant.Interactions)
                {
                    yield return (UsageKind.Interaction, $"{type} {word}");
                }

                foreach (var operation in grant.Operations)
                {
                    yield return (UsageKind.Operation, $"{type} {operation}");
                }

                foreach (var element in grant.Elements)
                {
                    yield return (UsageKind.Element, $"{type}.{element}");
                }
            }

            foreach (var include in grant.Includes)
            {
                yield return (UsageKind.Include, include);
            }

            foreach (var label in grant.Labels)
            {
                yield return (UsageKind.Label, label);
            }
        }

        foreach (var tenant in client.Tenants.Count > 0 ? client.Tenants : useCase.Tenants)
        {
            yield return (UsageKind.Tenant, tenant);
        }

        foreach (var purpose in useCase.Purposes)
        {
            yield return (UsageKind.Purpose, purpose);
        }
    }

    // What no grant names: a label may need none, and who is granted a type without naming elements is granted all of them.
    private static bool? IsGranted(UseCase? useCase, UsageElement used) =>
        used.Kind switch
        {
            UsageKind.Label => null,
            UsageKind.Element => useCase?.Grants.Any(grant =>
                grant.Elements.Count == 0 && grant.Types.Any(type => used.Name.StartsWith(type + ".", StringComparison.Ordinal))
            ) == true,
            _ => false,
        };

    // A label that is a group lets its members out, and an include by a star is each of its type.
    private static bool Covers(UsageKind kind, string granted, string used) =>
        kind switch
        {
            UsageKind.Label => LabelCover.Covers(granted, used),
            UsageKind.Include => used == granted || used == granted[..(granted.IndexOf(':', StringComparison.Ordinal) + 1)] + "*",
            _ => used == granted,
        };

    private static UsedElement Row(UsageKind kind, string name, bool? isGranted, UsageElement[] found) =>
        found.Length == 0
            ? new UsedElement(WordOf(kind), name, isGranted, null, 0, 0, PatientCount.Exact)
            : new UsedElement(
                WordOf(kind),
                name,
                isGranted,
                found.Max(static one => one.Last),
                found.Sum(static one => one.Count),
                found.Max(static one => one.Patients),
                KnownOf(found)
            );

    private static string WordOf(UsageKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    private static PatientCount KnownOf(UsageElement[] found) =>
        found switch
        {
            { Length: > 1 } => PatientCount.AtLeast,
            [{ IsEstimate: true }] => PatientCount.About,
            _ => PatientCount.Exact,
        };
}
