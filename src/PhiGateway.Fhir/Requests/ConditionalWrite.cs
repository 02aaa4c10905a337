using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests.Bodies;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests;

/// <summary>
/// Turns a conditional write into the plain request that it means (R4 3.1.0.4.3, 3.1.0.7.1, 3.1.0.8.1), used by the host once it knows the
/// match.
/// </summary>
public static class ConditionalWrite
{
    /// <summary>
    /// With exactly one match: a read for a create, else the write of that very resource. A body of another id is left as it is, to be
    /// refused when it is read.
    /// </summary>
    public static PlainForm OnMatch(FhirRequest write, string id)
    {
        string[] segments = [write.Type.Name, id];
        var headers = write.Headers with { IfNoneExist = null };
        return write.Interaction switch
        {
            Interaction.Create => new PlainForm("GET", segments, headers with { ContentType = null, IfMatch = null }, default),
            Interaction.Update => new PlainForm("PUT", segments, headers, WithId(write.Body, id)),
            Interaction.Patch => new PlainForm("PATCH", segments, headers, write.Body),
            Interaction.Delete => new PlainForm("DELETE", segments, headers, default),
            _ => throw new ArgumentException("Not a conditional write.", nameof(write)),
        };
    }

    /// <summary>With no match: a creation, by the server's name or by the body's own; null for what needs something to change.</summary>
    public static PlainForm? OnNone(FhirRequest write)
    {
        var headers = write.Headers with { IfNoneExist = null };
        return write.Interaction switch
        {
            Interaction.Create => new PlainForm("POST", [write.Type.Name], headers, write.Body),
            Interaction.Update when write.Headers.IfMatch is not null => null,
            Interaction.Update when IdOf(write.Body) is { } id => new PlainForm("PUT", [write.Type.Name, id], headers, write.Body),
            Interaction.Update => new PlainForm("POST", [write.Type.Name], headers, write.Body),
            _ => null,
        };
    }

    /// <summary>Reads a plain form like a request of its own.</summary>
    public static Reading<FhirRequest> Read(PlainForm form, FhirRequest write, FhirContext context) =>
        RequestRouter.Route(
            new RequestSource(
                new CanonicalRequest(form.Method, write.Canonical.Base, [.. form.Segments], []),
                form.Headers,
                form.Body,
                context,
                ResourceBodyScanner.Instance,
                Bundle: null,
                new ReadingBudget(context)
            )
        );

    private static string? IdOf(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return StrictJson.Text(document.RootElement, "id");
    }

    private static ReadOnlyMemory<byte> WithId(ReadOnlyMemory<byte> body, string id)
    {
        using var document = JsonDocument.Parse(body);
        if (document.RootElement.TryGetProperty("id", out _))
        {
            return body;
        }

        var output = new ArrayBufferWriter<byte>(body.Length + 96);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }
}
