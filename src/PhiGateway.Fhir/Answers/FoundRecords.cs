using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers;

/// <summary>Reads the facts of what a lookup of the gateway's own found: one resource, or those of a Bundle. Nothing of it leaves.</summary>
public static class FoundRecords
{
    /// <summary>The facts of each that can be read; what cannot is as if it were not there.</summary>
    /// <param name="answer">The answer, whole.</param>
    /// <param name="policy">Says which facts are needed; null: all that a grant or scope could set a condition on.</param>
    /// <param name="context">Bases and depth.</param>
    /// <param name="hops">Says whose those are that hang on other records; null (default): nobody looked.</param>
    public static IReadOnlyList<ResourceFacts> Read(
        ReadOnlySpan<byte> answer,
        ReleasePolicy? policy,
        FhirContext context,
        HopTargets? hops = null
    )
    {
        _ = TryRead(answer, policy ?? BodyPolicy.Instance, context, hops, out var found);
        return found;
    }

    /// <summary>
    /// The same where that something was not found opens a door: false where not all of the answer could be read, so that what is looked for
    /// may be among it.
    /// </summary>
    /// <param name="answer">The answer, whole.</param>
    /// <param name="policy">Says which facts are needed.</param>
    /// <param name="context">Bases and depth.</param>
    /// <param name="found">The facts of each that can be read.</param>
    public static bool TryReadAll(
        ReadOnlySpan<byte> answer,
        ReleasePolicy policy,
        FhirContext context,
        out IReadOnlyList<ResourceFacts> found
    ) => TryRead(answer, policy, context, hops: null, out found);

    private static bool TryRead(
        ReadOnlySpan<byte> answer,
        ReleasePolicy policy,
        FhirContext context,
        HopTargets? hops,
        out IReadOnlyList<ResourceFacts> found
    )
    {
        var json = ByteOrderMark.Skip(answer);
        var facts = new ResourceFacts();
        found = [];
        if (!ResourceScanner.TryScan(json, policy, context, facts))
        {
            return false;
        }

        if (facts.Type != ResourceType.Bundle)
        {
            hops?.Give(json, facts, context);
            found = [facts];
            return true;
        }

        var (all, isWhole) = (new List<ResourceFacts>(), true);
        found = all;
        try
        {
            var resources = new BundleResources(json, Bases.Of(context));
            while (resources.MoveNext())
            {
                var one = new ResourceFacts();
                if (ResourceScanner.TryScan(resources.Current, policy, context, one))
                {
                    hops?.Give(resources.Current, one, context);
                    all.Add(one);
                }
                else
                {
                    isWhole = false;
                }
            }
        }
        catch (JsonException)
        {
            // What was found up to there was found.
            isWhole = false;
        }

        return isWhole;
    }
}
