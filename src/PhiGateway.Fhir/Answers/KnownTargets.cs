using PhiGateway.Fhir.Answers.Bundles;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers;

/// <summary>
/// Holds the judged targets of one Provenance (or its kin) that was read alone, as the host looked them up, so that it can be judged by
/// them. Mutable, for one answer.
/// </summary>
public sealed class KnownTargets
{
    // More targets than these are not looked up; what has more is left as it is.
    private const int Most = 200;

    /// <summary>What was looked up and judged.</summary>
    internal KnownResources Known { get; } = new();

    /// <summary>Whether the answer to a request is one resource that belongs to whom its targets belong to.</summary>
    public static bool AreNeeded(FhirRequest request) => request.Interaction == Interaction.Read && ScanProgram.For(request.Type).OfTargets;

    /// <summary>
    /// The targets that must be known before it can be said whose the resource is, once each; empty when that is known already, or cannot
    /// be known.
    /// </summary>
    public static IReadOnlyList<(ResourceType Type, string Id)> Find(ReadOnlySpan<byte> resource, ReleasePolicy policy, FhirContext context)
    {
        var reader = ResourceReader.Rent();
        try
        {
            if (!reader.TryReadWhole(resource, policy, Bases.Of(context), reader.Facts) || !reader.Owners.AreTargetsRead)
            {
                return [];
            }

            var named = reader
                .Owners.Targets.Distinct()
                .Where(static target => target.Type != ResourceType.Patient && !PatientPathTable.Instance.IsNobodys(target.Type))
                .ToArray();
            return named.Length > Most ? [] : [.. named.Select(static target => (target.Type, target.Id))];
        }
        finally
        {
            ResourceReader.Return(reader);
        }
    }

    /// <summary>Takes in targets of one type as they are now.</summary>
    /// <param name="type">Their type, as they were referred to.</param>
    /// <param name="ids">Their ids, as they were referred to.</param>
    /// <param name="answer">The one, whole, or the search that found them; other resources, and what cannot be read, are not taken.</param>
    /// <param name="policy">The judge of a read of such a resource by the same client.</param>
    /// <param name="context">Bases and depth.</param>
    public void Add(
        ResourceType type,
        IReadOnlyCollection<string> ids,
        ReadOnlySpan<byte> answer,
        ReleasePolicy policy,
        FhirContext context
    )
    {
        var facts = new ResourceFacts();
        if (!ResourceScanner.TryScan(ByteOrderMark.Skip(answer), policy, context, facts))
        {
            return;
        }

        if (ids.Count == 1)
        {
            Add(type, ids, facts, policy);
            return;
        }

        var resources = new BundleResources(answer, Bases.Of(context));
        while (facts.Type == ResourceType.Bundle && resources.MoveNext())
        {
            var one = new ResourceFacts();
            if (ResourceScanner.TryScan(resources.Current, policy, context, one))
            {
                Add(type, ids, one, policy);
            }
        }
    }

    private void Add(ResourceType type, IReadOnlyCollection<string> ids, ResourceFacts facts, ReleasePolicy policy)
    {
        if (facts.Type == type && facts.Id is { } id && ids.Contains(id))
        {
            Known.Add(facts, policy.Judge(facts).Reason);
        }
    }
}
