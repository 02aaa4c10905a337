using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Compiling;

/// <summary>Reads stored documents into entities; a document that cannot be read gives a problem, never an exception.</summary>
internal static class EntityReader
{
    /// <summary>The entity of an item, or why there is none.</summary>
    internal static (IRegistryEntity? Entity, RegistryProblem? Problem) Read(RegistryItem item)
    {
        var path = RegistryPaths.Of(item.Kind, item.Id);
        var read = TryRead(item, WithoutNotes(item.Json), path, out var where);
        if (read is not null)
        {
            return read.Value;
        }

        // Once more, slowly: a newer version may have written it.
        if (
            NewerForm.Parse(item.Json) is { } form
            && form["id"] is JsonValue id
            && id.TryGetValue<string>(out var written)
            && written == item.Id
        )
        {
            if (NewerForm.RemoveNotes(form) && TryRead(item, form.ToJsonString(), path, out where) is { } without)
            {
                return without;
            }

            if (NewerForm.FindUnknown(form, RegistryJson.TypeOf(item.Kind)) is { } member)
            {
                return (
                    null,
                    RegistryProblem.NotUnderstood(
                        path,
                        $"The stored document has at {member} what this version does not know: a newer "
                            + "version wrote it, or a hand. Upgrade this node, or write the document anew."
                    )
                );
            }
        }

        return (null, new RegistryProblem(path, $"The stored document cannot be read{where}; write it anew."));
    }

    // Most governing documents have a note: taken away first, since an exception for each of them would make a load slow.
    private static string WithoutNotes(string json) =>
        json.Contains("\"_", StringComparison.Ordinal) && NewerForm.Parse(json) is { } form && NewerForm.RemoveNotes(form)
            ? form.ToJsonString()
            : json;

    /// <summary>
    /// The client that an unreadable document speaks of, as far as that can be told; closing it is safer than passing over the document.
    /// </summary>
    internal static string? GuessClient(string json)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("client"u8))
                {
                    return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }

        return null;
    }

    /// <summary>
    /// By what the caller of a credential that is not understood is recognised, so that it is refused as what it is and not as a stranger;
    /// grants nothing. Null: cannot be told.
    /// </summary>
    internal static Credential? GuessCredential(RegistryItem item)
    {
        if (item.Kind != RegistryKind.Credential || NewerForm.Parse(item.Json) is not { } form || Text("client") is not { } client)
        {
            return null;
        }

        var shadow = new Credential
        {
            Id = item.Id,
            Client = client,
            Issuer = Text("issuer"),
            ClientId = Text("clientId"),
        };
        return CredentialIdentity.Of(shadow) is null ? null : shadow;

        string? Text(string name) => form[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
    }

    // Null: the serializer refused.
    private static (IRegistryEntity? Entity, RegistryProblem? Problem)? TryRead(
        RegistryItem item,
        string json,
        string path,
        out string where
    )
    {
        where = string.Empty;
        try
        {
            if (JsonSerializer.Deserialize(json, RegistryJson.TypeOf(item.Kind), RegistryJson.Options) is not IRegistryEntity entity)
            {
                return (null, new RegistryProblem(path, "The stored document is empty; write it anew."));
            }

            if (!string.Equals(entity.Id, item.Id, StringComparison.Ordinal) || !RegistryId.IsValid(entity.Id))
            {
                return (null, new RegistryProblem(path + "/id", "The document's id is not the one it is stored under; write it anew."));
            }

            return NullMembers.Exist(entity)
                ? (null, new RegistryProblem(path, "A list holds null; write the document anew."))
                : (entity, null);
        }
        catch (Exception exception)
            when (exception
                    is JsonException
                        or NotSupportedException
                        or ArgumentException
                        or InvalidOperationException
                        or FormatException
                        or OverflowException
            )
        {
            where = exception is JsonException { Path: { } jsonPath } ? " at " + jsonPath : string.Empty;
            return null;
        }
    }
}
