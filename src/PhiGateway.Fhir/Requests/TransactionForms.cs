using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests.Bodies;
using PhiGateway.Fhir.Requests.Bundles;
using PhiGateway.Fhir.Requests.Forwarding;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests;

/// <summary>Writes a transaction anew with its conditions looked up, and reads it again: from there on it holds none.</summary>
public static class TransactionForms
{
    /// <summary>The same transaction with plain entries, all of which go upstream.</summary>
    public static Reading<FhirRequest> Read(
        FhirRequest transaction,
        IReadOnlyList<PlainForm?> forms,
        IReadOnlyDictionary<string, string> references,
        FhirContext context
    ) => Read(transaction, forms, references, FrozenSet<int>.Empty, context);

    /// <summary>The same transaction with plain entries.</summary>
    /// <param name="transaction">As it was read.</param>
    /// <param name="forms">One per entry; null leaves the entry as it is.</param>
    /// <param name="references">Conditional references and what each of them means.</param>
    /// <param name="idle">Places of entries that come to nothing: deletes whose condition matched nothing. They do not go upstream.</param>
    /// <param name="context">Bases and limits.</param>
    public static Reading<FhirRequest> Read(
        FhirRequest transaction,
        IReadOnlyList<PlainForm?> forms,
        IReadOnlyDictionary<string, string> references,
        IReadOnlySet<int> idle,
        FhirContext context
    )
    {
        if (idle.Count == transaction.Entries.Count)
        {
            return Reading<FhirRequest>.Of(transaction.AsEmpty());
        }

        var output = new ArrayBufferWriter<byte>(transaction.Body.Length + 256);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            BundleWriter.Begin(json, transaction);
            for (var i = 0; i < transaction.Entries.Count; i++)
            {
                if (idle.Contains(i))
                {
                    continue;
                }

                var entry = transaction.Entries[i];
                var form = forms[i] ?? new PlainForm(entry.Canonical.Method, entry.Canonical.Segments, entry.Headers, entry.Body);
                var url = new StringBuilder(64);
                CanonicalWriter.AppendPath(url, form.Segments);
                CanonicalWriter.AppendQuery(url, forms[i] is null ? entry.Canonical.Query : [], '?');
                BundleWriter.WriteEntry(
                    json,
                    new BundlePiece(
                        entry.FullUrl,
                        form.Method,
                        url.ToString().TrimStart('/'),
                        form.Headers.ContentType,
                        Resolve(form, references),
                        form.Headers.IfMatch,
                        form.Headers.IfNoneExist
                    )
                );
            }

            BundleWriter.End(json);
        }

        var reading = RequestRouter.Route(
            new RequestSource(
                transaction.Canonical,
                transaction.Headers,
                output.WrittenMemory,
                context,
                ResourceBodyScanner.Instance,
                Bundle: null,
                new ReadingBudget(context)
            )
        );
        return reading.TryGet(out var plain, out _)
            ? Reading<FhirRequest>.Of(plain.WithEntries(MarkFound(transaction, plain, forms, idle)))
            : reading;
    }

    // What a create found is answered with where it is, as one that created.
    private static FhirRequest[] MarkFound(
        FhirRequest transaction,
        FhirRequest plain,
        IReadOnlyList<PlainForm?> forms,
        IReadOnlySet<int> idle
    )
    {
        var entries = plain.Entries.ToArray();
        for (int asked = 0, place = 0; asked < forms.Count; asked++)
        {
            if (idle.Contains(asked))
            {
                continue;
            }

            if (forms[asked] is { Method: "GET" } && transaction.Entries[asked].Interaction == Interaction.Create)
            {
                entries[place] = entries[place].AsFound();
            }

            place++;
        }

        return entries;
    }

    private static ReadOnlyMemory<byte> Resolve(PlainForm form, IReadOnlyDictionary<string, string> references)
    {
        if (form.Body.IsEmpty || references.Count == 0)
        {
            return form.Body;
        }

        using var document = JsonDocument.Parse(form.Body);
        return ReferenceRewriter.Rewrite(document.RootElement, references) is { } rewritten ? rewritten : form.Body;
    }
}
