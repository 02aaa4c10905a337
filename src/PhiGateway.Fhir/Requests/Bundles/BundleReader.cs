using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests.Interactions;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Bundles;

/// <summary>Reads a batch or transaction: every entry is read as a whole request, like one of its own.</summary>
/// <remarks>
/// What cannot be read refuses its entry of a batch, and the whole of a transaction. What makes the bundle itself unreadable refuses the
/// bundle.
/// </remarks>
internal static class BundleReader
{
    internal static Reading<FhirRequest> Read(RequestSource source)
    {
        if (source.Bundle is not null)
        {
            return Reading<FhirRequest>.Refused(DenyReason.NotUnderstood, "bundle within a bundle");
        }

        if (WriteReader.CheckQuery(source.Line.Query) is { } refusal)
        {
            return refusal.As<FhirRequest>();
        }

        if (!HeaderGrammar.IsJson(source.Headers.ContentType))
        {
            return Reading<FhirRequest>.Refused(DenyReason.UnsupportedMediaType, "bundle is not FHIR 4.0 JSON in UTF-8");
        }

        if (!StrictJson.TryParse(source.Body, source.Context.MaxDepth, out var document))
        {
            return Refusal.Body("body is not strict JSON").As<FhirRequest>();
        }

        using (document)
        {
            return ReadBundle(source, document.RootElement);
        }
    }

    private static Reading<FhirRequest> ReadBundle(RequestSource source, JsonElement bundle)
    {
        var kind = StrictJson.Text(bundle, "type");
        var isBundle = StrictJson.TryReadType(bundle, out var type) && type == ResourceType.Bundle && kind is "batch" or "transaction";
        if (!isBundle || !bundle.TryGetProperty("entry", out var entries) || entries.ValueKind != JsonValueKind.Array)
        {
            return Refusal.Body("body is not a batch or transaction").As<FhirRequest>();
        }

        if (entries.GetArrayLength() == 0)
        {
            return Refusal.Body("bundle without entries").As<FhirRequest>();
        }

        if (entries.GetArrayLength() > source.Context.MaxBundleEntries)
        {
            return ReadingBudget.TooManyEntries.As<FhirRequest>();
        }

        // In a batch nobody refers to anybody else by such a name, and two of one name are no matter.
        var names = new TransactionNames();
        foreach (var entry in kind == "transaction" ? entries.EnumerateArray() : default)
        {
            if (RequestEntry.FullUrl(entry) is { } name && !RequestEntry.TryName(source.Context, names, name, entry))
            {
                return Refusal.Body("two entries of one name").As<FhirRequest>();
            }
        }

        var scope = new BundleScope(kind == "transaction", names);
        var requests = new List<FhirRequest>(entries.GetArrayLength());
        var parts = new List<AccessPart>();
        var changed = new HashSet<(ResourceType, string)>();
        foreach (var entry in entries.EnumerateArray())
        {
            var reading = RequestEntry.Read(source, scope, entry);
            if (!reading.TryGet(out var request, out var reason))
            {
                // What one entry may not have, the bundle may not have: the rest is not looked at.
                if (source.Budget.IsSpent)
                {
                    return source.Budget.Refusal.As<FhirRequest>();
                }

                if (scope.IsTransaction)
                {
                    return Reading<FhirRequest>.Refused(reason, reading.Detail, new RequestPlace(reading.Place?.Parameter, requests.Count));
                }

                request = RequestEntry.Unread(source, entry, reason, reading);
            }

            // R4 3.1.0.11.2: such a transaction fails; which of the two changes would be judged over which version?
            if (scope.IsTransaction && request is { IsWrite: true, Id: { } id } && !changed.Add((request.Type, id)))
            {
                return Refusal.Body("two entries of a transaction change one resource").As<FhirRequest>();
            }

            if (!source.Budget.TakeParts(request.Parts.Count))
            {
                return source.Budget.Refusal.As<FhirRequest>();
            }

            requests.Add(request);
            parts.AddRange(request.Parts);
        }

        if (scope.IsTransaction)
        {
            FilesBeside.Attribute(requests, source.Context);
        }

        return Reading<FhirRequest>.Of(
            new FhirRequest
            {
                Canonical = source.Line,
                Interaction = scope.IsTransaction ? Interaction.Transaction : Interaction.Batch,
                Parts = parts,
                Body = source.Body,
                Entries = requests,
                Headers = source.Headers,
                Template = scope.IsTransaction ? "POST / transaction" : "POST / batch",
            }
        );
    }
}
