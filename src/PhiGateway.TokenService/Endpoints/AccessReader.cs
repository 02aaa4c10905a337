using System.Text.Json;
using PhiGateway.Identity.Assertions;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Grants;
using PhiGateway.TokenService.Signing;

namespace PhiGateway.TokenService.Endpoints;

/// <summary>
/// Reads what a client asks a token for, by <c>client_credentials</c> or by exchange (RFC 8693) and perhaps for one task (RFC 9396), and
/// cuts it to what is approved; called by the token endpoint once the client's path is open.
/// </summary>
internal sealed class AccessReader(TokenServiceOptions options, TokenSigner signer)
{
    /// <summary>The grant by which a client changes a token of its own for one that is for a task.</summary>
    public const string Exchange = "urn:ietf:params:oauth:grant-type:token-exchange";

    /// <summary>The grant by which a client comes for a person (RFC 7523), with an assertion of that person's provider (ID-JAG).</summary>
    public const string JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    /// <summary>What a token that is issued here is, in the words of RFC 8693 section 3.</summary>
    public const string AccessToken = "urn:ietf:params:oauth:token-type:access_token";

    private const string Jwt = "urn:ietf:params:oauth:token-type:jwt";
    private const string Everything = "system/*.cruds";
    private const int MaximumDetailsLength = 4096;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Reads and cuts.</summary>
    /// <param name="form">What is asked.</param>
    /// <param name="assertion">Who asks.</param>
    /// <param name="person">For whom; null: for itself.</param>
    /// <param name="client">The client that asks.</param>
    /// <param name="snapshot">The registry.</param>
    /// <param name="now">The moment.</param>
    public AskedAccess Read(
        TokenForm form,
        ClaimedAssertion assertion,
        ClaimedIdentity? person,
        ClientEntry client,
        RegistrySnapshot snapshot,
        DateTimeOffset now
    )
    {
        // RFC 8693 names the same place twice.
        if (!options.IsAudience(form["resource"] ?? options.Audience) || !options.IsAudience(form["audience"] ?? options.Audience))
        {
            return AskedAccess.Refused(OAuthError.Target);
        }

        if (person is not null)
        {
            return ReadPerson(form, assertion, person, client);
        }

        var isExchange = form["grant_type"] == Exchange;
        if (!TryTask(form, out var named) || (isExchange && named is null))
        {
            return AskedAccess.Refused(OAuthError.Details, "task:unread");
        }

        var task = named is null ? null : TaskQuestions.Find(client, named, now);
        if (named is not null && task is null)
        {
            return AskedAccess.Refused(OAuthError.Details, "task:not-open", named);
        }

        if (isExchange)
        {
            return ReadExchange(form, assertion, client, snapshot, now, task!);
        }

        // Whoever asks for a task asks for all of it, unless they say otherwise.
        var wanted = form["scope"] ?? (task is null ? null : Everything);
        return Grant(ApprovedScope.Cut(wanted, client.Client.Scopes, client.UseCase!, task), assertion.Purposes, client, task);
    }

    // Never wider than the provider says, where it says anything; of tasks it says nothing.
    private static AskedAccess ReadPerson(TokenForm form, ClaimedAssertion assertion, ClaimedIdentity person, ClientEntry client)
    {
        if (form[TaskDetail.Name] is not null)
        {
            return AskedAccess.Refused(OAuthError.Details, "task:person");
        }

        var asked = form["scope"] ?? person.Scope;
        if (ApprovedScope.CutForPerson(asked, person.Scope, client.Client.Scopes, client.UseCase!) is not { Length: > 0 } scope)
        {
            return AskedAccess.Refused(OAuthError.Scope);
        }

        return AssertedPurposes.Of(assertion.Purposes, client.UseCase!) is { } purposes
            ? new AskedAccess(null, null, null, scope, purposes, null, null)
            : AskedAccess.Refused(OAuthError.Purpose);
    }

    private AskedAccess ReadExchange(
        TokenForm form,
        ClaimedAssertion assertion,
        ClientEntry client,
        RegistrySnapshot snapshot,
        DateTimeOffset now,
        OpenTask task
    )
    {
        if (
            form["subject_token_type"] is not (AccessToken or Jwt)
            || form["requested_token_type"] is not (null or AccessToken or Jwt)
            || form["actor_token"] is not null
            || form["actor_token_type"] is not null
        )
        {
            return AskedAccess.Refused(
                OAuthError.Malformed("An access token is exchanged for an access token, by its own client."),
                "exchange"
            );
        }

        var text = form["subject_token"];
        if (
            signer.Read(text) is not { } subject
            || subject.ClientId != assertion.ClientId
            // What comes of an exchange is the client's own: a person's token is none.
            || subject.Person is not null
            || subject.ExpiresAt <= now
            || Revoked.Is(snapshot, options, subject, text!)
            // What was given for one task is no way to another.
            || (subject.Task is { } before && before != task.Id)
            || subject.Parents.And(subject.Id, TokenSigner.HashesOf(text!)) is not { } parents
        )
        {
            return AskedAccess.Refused(OAuthError.Subject, "subject-token", task.Id);
        }

        // Never wider than what is exchanged.
        var wanted = form["scope"] is { } asked ? ApprovedScope.Within(asked, subject.Scope) : subject.Scope;
        if (wanted is null)
        {
            return AskedAccess.Refused(OAuthError.Scope, "subject-token", task.Id);
        }

        if (!AssertedPurposes.AreWithin(assertion.Purposes, subject.Purposes))
        {
            return AskedAccess.Refused(OAuthError.Purpose, "subject-token", task.Id);
        }

        var purposes = assertion.Purposes.Count > 0 ? assertion.Purposes : subject.Purposes;
        var access = Grant(ApprovedScope.CutHeld(wanted, client.Client.Scopes, client.UseCase!, task), purposes, client, task);
        // What comes of a token ends with it at the latest, and is revoked with it.
        return access with
        {
            Subject = subject,
            Parents = parents,
            Until = access.Until < subject.ExpiresAt ? access.Until : subject.ExpiresAt,
        };
    }

    private static AskedAccess Grant(string? granted, IReadOnlyList<string> asserted, ClientEntry client, OpenTask? task)
    {
        if (granted is not { Length: > 0 } scope)
        {
            return AskedAccess.Refused(OAuthError.Scope, null, task?.Id);
        }

        if (scope.Length > ApprovedScope.Longest)
        {
            return AskedAccess.Refused(OAuthError.ScopeTooLong, "scope:too-long", task?.Id);
        }

        return AssertedPurposes.Of(asserted, client.UseCase!) is { } purposes
            ? new AskedAccess(null, null, task?.Id, scope, purposes, task?.Until, null)
            : AskedAccess.Refused(OAuthError.Purpose, null, task?.Id);
    }

    // True with null: nothing is asked by details. A detail of another type is something that cannot be given (RFC 9396 section 5).
    private static bool TryTask(TokenForm form, out string? task)
    {
        task = null;
        if (form[TaskDetail.Name] is not { } text)
        {
            return true;
        }

        if (text.Length > MaximumDetailsLength)
        {
            return false;
        }

        try
        {
            using var details = OneWayJson.Parse(text, Strict);
            return TaskDetail.TryReadDetails(details.RootElement, out task, out var others) && task is not null && others == 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>What a token may be given for, or why none is given.</summary>
/// <param name="Error">What the client is told; null: it may have one.</param>
/// <param name="Detail">What failed, for the record.</param>
/// <param name="Task">The task that was asked for; null: none.</param>
/// <param name="Scope">The scopes granted.</param>
/// <param name="Purposes">The purposes of use granted.</param>
/// <param name="Until">When the token ends at the latest; null: its life is the only end.</param>
/// <param name="Subject">The token that is exchanged; null: none is.</param>
internal sealed record AskedAccess(
    OAuthError? Error,
    string? Detail,
    string? Task,
    string Scope,
    IReadOnlyList<string> Purposes,
    DateTimeOffset? Until,
    IssuedToken? Subject
)
{
    /// <summary>The tokens that it comes of.</summary>
    public ParentTokens Parents { get; init; } = ParentTokens.None;

    public static AskedAccess Refused(OAuthError error, string? detail = null, string? task = null) =>
        new(error, detail, task, string.Empty, [], null, null);
}
