using System.Text.Json;
using PhiGateway.Fhir.Answers.Bundles;
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
        policy ??= BodyPolicy.Instance;
        var json = ByteOrderMark.Skip(answer);
        var facts = new ResourceFacts();
        if (!ResourceScanner.TryScan(json, policy, context, facts))
        {
            return [];
        }

        if (facts.Type != ResourceType.Bundle)
        {
            hops?.Give(json, facts, context);
            return [facts];
        }

        List<ResourceFacts> found = [];
        try
        {
            var resources = new BundleResources(json, Bases.Of(context));
            while (resources.MoveNext())
            {
                var one = new ResourceFacts();
                if (ResourceScanner.TryScan(resources.Current, policy, context, one))
                {
                    hops?.Give(resources.Current, one, context);
                    found.Add(one);
                }
            }
        }
        catch (JsonException)
        {
            // What was found up to there was found.
        }

        return found;
    }
}
