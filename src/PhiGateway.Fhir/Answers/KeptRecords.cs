using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers;

/// <summary>
/// Finds those records of what a look-up of the gateway's own found that stay for what they speak of: they are, for its client, as if they
/// were not there.
/// </summary>
public static class KeptRecords
{
    /// <summary>Their names, as <c>Type/id</c>.</summary>
    /// <param name="known">What they speak of, as it was looked up.</param>
    /// <param name="answer">One resource, or a Bundle, whole.</param>
    /// <param name="policy">Its judge.</param>
    /// <param name="context">Bases and depth.</param>
    public static IReadOnlySet<string> Find(KnownTargets known, ReadOnlySpan<byte> answer, ReleasePolicy policy, FhirContext context)
    {
        ArgumentNullException.ThrowIfNull(known);
        var kept = new HashSet<string>(StringComparer.Ordinal);
        var json = ByteOrderMark.Skip(answer);
        var bases = Bases.Of(context);
        var reader = ResourceReader.Rent();
        try
        {
            if (reader.TryReadWhole(json, policy, bases, reader.Facts) && reader.Facts.Type != ResourceType.Bundle)
            {
                Keep(known, reader, kept);
                return kept;
            }

            var resources = new BundleResources(json, bases);
            while (resources.MoveNext())
            {
                reader.Names.PopTo(0);
                if (reader.TryReadWhole(resources.Current, policy, bases, reader.Facts))
                {
                    Keep(known, reader, kept);
                }
            }
        }
        catch (JsonException)
        {
            // What cannot be read is found out where it is judged.
        }
        finally
        {
            ResourceReader.Return(reader);
        }

        return kept;
    }

    private static void Keep(KnownTargets known, ResourceReader reader, HashSet<string> kept)
    {
        if (ScanProgram.For(reader.Facts.Type).SpeaksOfOthers && known.Known.KeepsBack(reader.Owners.Targets))
        {
            kept.Add($"{reader.Facts.Type.Name}/{reader.Facts.Id}");
        }
    }
}
