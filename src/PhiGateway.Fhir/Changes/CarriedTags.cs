using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Changes;

/// <summary>
/// An update that says nothing of the tags that the stored version bears, with these tags; and likewise with a confidentiality that
/// protects as much as none would. Made for a client that may not change them and writes a record from data of its own (ADR 123).
/// </summary>
/// <param name="Body">The update with them, as it is sent.</param>
/// <param name="Facts">What was read out of it.</param>
public sealed record CarriedTags(ReadOnlyMemory<byte> Body, ResourceFacts Facts)
{
    /// <summary>
    /// The update with what it leaves unsaid; null where there is nothing of the kind, or where it would still change a tag or a label: one
    /// that it says itself, or one that protects and was left out.
    /// </summary>
    /// <param name="stored">The stored version as it came.</param>
    /// <param name="updated">The update's own body.</param>
    /// <param name="context">Bases, depth and the tenant's tag, which the gateway writes itself and which says nothing of others.</param>
    public static CarriedTags? Find(ReadOnlyMemory<byte> stored, ReadOnlyMemory<byte> updated, FhirContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!StrictJson.TryParse(stored, context.MaxDepth, out var before))
        {
            return null;
        }

        using (before)
        {
            if (!StrictJson.TryParse(updated, context.MaxDepth, out var after))
            {
                return null;
            }

            using (after)
            {
                var body = Write(before.RootElement, after.RootElement, context.TenantTag);
                var facts = new ResourceFacts();
                return
                    body is not null
                    && StoredVersionComparer.Compare(stored.Span, body, context) == ProtectedChanges.None
                    && ResourceScanner.TryScanForDecision(body, context, facts)
                    ? new CarriedTags(body, facts)
                    : null;
            }
        }
    }

    private static byte[]? Write(JsonElement stored, JsonElement updated, TokenValue? tenant)
    {
        if (updated.ValueKind != JsonValueKind.Object || MetaOf(stored) is not { } before)
        {
            return null;
        }

        var meta = updated.TryGetProperty("meta"u8, out var own) ? own : default;
        if (meta.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
        {
            return null;
        }

        var tags = ListOf(before, "tag") is { } marks && SaysNoTag(meta, tenant) ? marks : (JsonElement?)null;
        var labels =
            ListOf(before, "security") is { } levels && !Has(meta, "security") && ProtectNothing(levels) ? levels : (JsonElement?)null;
        if (tags is null && labels is null)
        {
            return null;
        }

        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            foreach (var member in updated.EnumerateObject())
            {
                if (!member.NameEquals("meta"u8))
                {
                    json.WritePropertyName(member.Name);
                    json.WriteRaw(member.Value);
                }
            }

            json.WritePropertyName("meta"u8);
            WriteMeta(json, meta, tags, labels);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteMeta(Utf8JsonWriter json, JsonElement meta, JsonElement? tags, JsonElement? labels)
    {
        json.WriteStartObject();
        if (meta.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in meta.EnumerateObject())
            {
                if (tags is null || !member.NameEquals("tag"u8))
                {
                    json.WritePropertyName(member.Name);
                    json.WriteRaw(member.Value);
                }
            }
        }

        if (labels is { } kept)
        {
            json.WritePropertyName("security"u8);
            json.WriteRaw(kept);
        }

        if (tags is { } carried)
        {
            json.WritePropertyName("tag"u8);
            json.WriteRaw(carried);
        }

        json.WriteEndObject();
    }

    private static JsonElement? MetaOf(JsonElement resource) =>
        resource.ValueKind == JsonValueKind.Object
        && resource.TryGetProperty("meta"u8, out var meta)
        && meta.ValueKind == JsonValueKind.Object
            ? meta
            : null;

    private static JsonElement? ListOf(JsonElement meta, string name) =>
        meta.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 ? list : null;

    private static bool Has(JsonElement meta, string name) => meta.ValueKind == JsonValueKind.Object && meta.TryGetProperty(name, out _);

    private static bool SaysNoTag(JsonElement meta, TokenValue? tenant)
    {
        if (!Has(meta, "tag"))
        {
            return true;
        }

        return tenant is { } own
            && ListOf(meta, "tag") is { } tags
            && tags.EnumerateArray().All(tag => StrictJson.Text(tag, "system") == own.System && StrictJson.Text(tag, "code") == own.Code);
    }

    // Normal, as a record without any is. Below it, what is written anew by one who says nothing would be shown to more than that says.
    private static bool ProtectNothing(JsonElement labels) =>
        labels
            .EnumerateArray()
            .All(static label =>
                StrictJson.Text(label, "system") == ConfidentialityCodes.System
                && ConfidentialityCodes.TryParse(StrictJson.Text(label, "code"), out var level)
                && level == Confidentiality.Normal
            );
}
