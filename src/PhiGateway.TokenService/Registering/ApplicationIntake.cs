using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using PhiGateway.Identity.Assertions;
using PhiGateway.Identity.Common;
using PhiGateway.Policy.Registry;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Endpoints;
using PhiGateway.TokenService.Grants;

namespace PhiGateway.TokenService.Registering;

/// <summary>
/// Finds what an applicant says of itself: in the body, in a signed statement, or in a document at an address; asked by
/// <see cref="RegistrationEndpoint"/> for requests that have room.
/// </summary>
internal sealed class ApplicationIntake(TokenServiceOptions options, SoftwareStatements statements, ClientDocuments documents)
{
    private const int MaximumBytes = 32 * 1024;
    private const string StatementMember = "software_statement";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Reads a request.</summary>
    public async Task<Application> ReadAsync(HttpContext http)
    {
        var request = http.Request;
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || request.QueryString.HasValue
            || request.Headers.Authorization.Count > 0
        )
        {
            return Application.Refused(OAuthError.ClientMetadata, "registration:form");
        }

        using var body = await BoundedBody.ReadAsync(request, MaximumBytes) is { } json ? Parse(json) : null;
        if (body?.RootElement is not { ValueKind: JsonValueKind.Object } members)
        {
            return Application.Refused(OAuthError.ClientMetadata, "registration:form");
        }

        var hasStatement = members.TryGetProperty(StatementMember, out var statement);
        var hasAddress = members.TryGetProperty("client_id", out var address);
        return (hasStatement, hasAddress) switch
        {
            (true, false) => OfStatement(statement),
            (false, true) => await OfDocumentAsync(address, http.RequestAborted),
            (false, false) => Of(ApplicantReader.Read(members, "metadata", null, null, out var flaw), flaw, null),
            _ => Application.Refused(OAuthError.ClientMetadata, "registration:form"),
        };
    }

    private static Application Of(RegistrationWords? words, string? flaw, string? statement) =>
        words is null ? Application.Refused(OAuthError.ClientMetadata, flaw) : new Application(words, null, null, statement);

    // Everything is said in the statement: what stands beside it nobody signed.
    private Application OfStatement(JsonElement value)
    {
        if (ApplicantReader.TextOf(value) is not { } text)
        {
            return Application.Refused(OAuthError.SoftwareStatement, "statement:form");
        }

        var check = statements.Check(text, options.RegistrationEndpoint!);
        if (check.Facts is not { } facts)
        {
            var error = check.IsUnapproved ? OAuthError.UnapprovedStatement : OAuthError.SoftwareStatement;
            return Application.Refused(error, check.Flaw);
        }

        return Of(ApplicantReader.Read(facts.Claims, "software-statement", null, facts, out var flaw), flaw, text);
    }

    private async Task<Application> OfDocumentAsync(JsonElement value, CancellationToken cancellationToken)
    {
        if (ApplicantReader.TextOf(value) is not { } address || !documents.Takes(address))
        {
            return Application.Refused(OAuthError.ClientMetadata, "document:address");
        }

        if (await documents.FindAsync(address, cancellationToken) is not { } bytes)
        {
            return Application.Refused(OAuthError.ClientMetadata, "document:unreachable");
        }

        using var document = Parse(bytes);
        return
            document?.RootElement is { ValueKind: JsonValueKind.Object } members
            && members.TryGetProperty("client_id", out var id)
            && ApplicantReader.TextOf(id) == address
            ? Of(ApplicantReader.Read(members, "client-id-metadata-document", address, null, out var flaw), flaw, null)
            : Application.Refused(OAuthError.ClientMetadata, "document:form");
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return OneWayJson.Parse(json, Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What an applicant says of itself, or why it is not taken.</summary>
/// <param name="Words">Set exactly when there is no error.</param>
/// <param name="Error">What the applicant is told.</param>
/// <param name="Flaw">What is wrong, for the record.</param>
/// <param name="Statement">The statement that said it, as it came; null: there was none.</param>
internal readonly record struct Application(RegistrationWords? Words, OAuthError? Error, string? Flaw, string? Statement)
{
    public static Application Refused(OAuthError error, string? flaw) => new(null, error, flaw, null);
}
