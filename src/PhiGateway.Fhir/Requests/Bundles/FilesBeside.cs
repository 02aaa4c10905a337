using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Bundles;

/// <summary>
/// Says whose the Binaries are that a transaction writes and that do not say so themselves: they belong to whom the records beside them
/// belong to that name them, as a document and its file are sent together (IHE MHD, ITI-65). Called once a transaction was read.
/// </summary>
/// <remarks>Only the facts of what is written change. What is stored under the same id already is judged by itself, as for any update.</remarks>
internal static class FilesBeside
{
    private static readonly PatientId NewPatient = PatientId.Parse("new-patient.of.this.transaction");

    /// <summary>Completes the facts of such Binaries; of one that nobody names, or that a record of nobody's names, they stay.</summary>
    internal static void Attribute(IReadOnlyList<FhirRequest> entries, FhirContext context)
    {
        Dictionary<string, ResourceFacts>? files = null;
        for (var i = 0; i < entries.Count; i++)
        {
            if (
                FactsOf(entries[i]) is { Owner: OwnerState.Undetermined, NamesNoPatient: true, Unjudgeable: false } facts
                && IsFile(entries[i])
            )
            {
                files ??= new Dictionary<string, ResourceFacts>(StringComparer.Ordinal);
                Name(entries[i], facts, files);
            }
        }

        for (var i = 0; files is not null && i < entries.Count; i++)
        {
            if (FactsOf(entries[i]) is { } facts && !IsFile(entries[i]))
            {
                Read(entries[i].Body.Span, facts, files, context);
            }
        }
    }

    private static ResourceFacts? FactsOf(FhirRequest entry) =>
        entry is { Interaction: Interaction.Create or Interaction.Update, Parts: [{ Body: { } facts }, ..] } ? facts : null;

    // One that says whose it is, by whatever name, belongs to that and to nobody else.
    private static bool IsFile(FhirRequest entry) => entry.Type == ResourceType.Binary && !SaysOwner(entry.Body);

    private static bool SaysOwner(ReadOnlyMemory<byte> binary)
    {
        using var document = JsonDocument.Parse(binary);
        return document.RootElement.TryGetProperty("securityContext", out _);
    }

    private static void Name(FhirRequest entry, ResourceFacts facts, Dictionary<string, ResourceFacts> files)
    {
        if (entry.FullUrl is { } name)
        {
            files[name] = facts;
        }

        if (entry.Id is { } id)
        {
            files["Binary/" + id] = facts;
        }
    }

    private static void Read(ReadOnlySpan<byte> body, ResourceFacts owner, Dictionary<string, ResourceFacts> files, FhirContext context)
    {
        foreach (var id in BinaryNames.In(body, context))
        {
            Give(owner, files, "Binary/" + id);
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = context.MaxDepth });
        while (reader.Read())
        {
            if (
                reader.TokenType == JsonTokenType.PropertyName
                && (JsonText.Is(in reader, "url"u8) || JsonText.Is(in reader, "reference"u8))
                && reader.Read()
                && reader.TokenType == JsonTokenType.String
                && (reader.ValueIsEscaped || reader.ValueSpan.StartsWith("urn:"u8))
            )
            {
                Give(owner, files, JsonText.ToString(reader.ValueSpan, reader.ValueIsEscaped));
            }
        }
    }

    private static void Give(ResourceFacts owner, Dictionary<string, ResourceFacts> files, string name)
    {
        var isOwned = owner.Owner != OwnerState.Undetermined || owner.HasNewOwner;
        if (!isOwned || !files.TryGetValue(name, out var file))
        {
            return;
        }

        file.NamesNoPatient = false;
        if (owner.Owner == OwnerState.Known || owner.HasNewOwner)
        {
            file.Owner = OwnerState.Known;
        }
        else if (file.Owner == OwnerState.Undetermined)
        {
            file.Owner = OwnerState.NotPatientData;
        }

        for (var i = 0; i < owner.Owners.Count; i++)
        {
            file.AddOwner(owner.Owners[i]);
        }

        if (owner.HasNewOwner)
        {
            file.AddOwner(NewPatient);
            file.DeclareNew(NewPatient);
        }
    }
}
