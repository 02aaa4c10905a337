using System.Buffers.Text;
using Microsoft.AspNetCore.Http;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Signing;

namespace PhiGateway.TokenService.Trail;

/// <summary>
/// Records what the token service does: what it issues, durably before the token leaves; what it revokes; and refusals, of which a few in a
/// minute stand one by one and the rest are counted.
/// </summary>
/// <remarks>Thread-safe. A token is recorded by its hash and id, never as it is.</remarks>
internal sealed class TokenTrail(TokenServiceOptions options, IAuditJournal journal, TimeProvider time)
{
    private readonly MinuteFold _refusals = new(time, options.RefusalsPerMinute, "refusals");
    private readonly PeerFolds _peers = new(time, options.RefusalsPerMinutePerPeer);

    /// <summary>Completes when the issuance is on record; only then the token may go.</summary>
    /// <param name="http">The request.</param>
    /// <param name="client">Whose it is.</param>
    /// <param name="snapshot">The registry that decided.</param>
    /// <param name="token">What it says.</param>
    /// <param name="text">The token.</param>
    /// <param name="what">Issued, or exchanged.</param>
    /// <param name="key">Thumbprint of the key by which the client proved itself: of several it is known which was used last.</param>
    public async ValueTask RecordIssuedAsync(
        HttpContext http,
        ClientEntry client,
        RegistrySnapshot snapshot,
        IssuedToken token,
        string text,
        string what,
        string key
    )
    {
        var record = Of(http, what, "permit", StatusCodes.Status200OK);
        var hashes = TokenSigner.HashesOf(text);
        Fill(record, client, snapshot, token, hashes.SigningInput);
        record.Rule = "key/" + key;
        record.After = new TokenIssue(
            Second(token.IssuedAt),
            Second(token.ExpiresAt),
            hashes.Texts,
            token.Parents.Ids,
            token.Parents.Hashes
        ).Write();
        await journal.AppendAsync(record, AuditLane.Release);
    }

    /// <summary>Completes when the revocation is on record.</summary>
    public async ValueTask RecordRevokedAsync(
        HttpContext http,
        ClientEntry client,
        RegistrySnapshot snapshot,
        IssuedToken token,
        string text
    )
    {
        var record = Of(http, "token.revoke", "permit", StatusCodes.Status200OK);
        Fill(record, client, snapshot, token, TokenSigner.HashOf(text));
        // Not in the room that is kept for what must never fail: clients give back as many as they like, and each ends by itself.
        await journal.AppendAsync(record, AuditLane.Ordinary);
    }

    /// <summary>An answered question about a token; nobody waits for it.</summary>
    public void RecordIntrospected(HttpContext http, ClientEntry? client, string clientId, bool isActive, RegistrySnapshot snapshot)
    {
        var record = Of(http, "token.introspect", "permit", StatusCodes.Status200OK);
        Fill(record, client, snapshot);
        record.IssuerClientId = clientId;
        record.Note = isActive ? "active" : "not active";
        journal.TryAppend(record);
    }

    /// <summary>Completes when it is on record that somebody asked to be registered; what they say is cut, and in the strangers' room.</summary>
    public async ValueTask RecordApplicationAsync(HttpContext http, RegistrationRequest request, RegistrySnapshot snapshot)
    {
        var record = Of(http, "token.register", "permit", StatusCodes.Status201Created);
        Fill(record, null, snapshot);
        record.IssuerClientId = BoundedText.Cut(request.ClientId);
        record.Rule = request.Words.Form;
        record.Note = request.State == RegistrationState.Pending ? "asked to be registered" : "asked again";
        await journal.AppendAsync(record, AuditLane.Stranger);
    }

    /// <summary>A refusal.</summary>
    /// <param name="http">The request.</param>
    /// <param name="what">Which endpoint refused: <c>token.issue</c> and kin.</param>
    /// <param name="reason">The OAuth error.</param>
    /// <param name="detail">What failed: for operators only.</param>
    /// <param name="status">Status of the answer.</param>
    /// <param name="clientId">Whom the request said it was of; null: it did not.</param>
    /// <param name="client">The client, where it was authenticated.</param>
    /// <param name="snapshot">The registry that decided.</param>
    /// <param name="task">The task that was asked for; null: none.</param>
    public void RecordRefused(
        HttpContext http,
        string what,
        string reason,
        string? detail,
        int status,
        string? clientId,
        ClientEntry? client,
        RegistrySnapshot snapshot,
        string? task = null
    )
    {
        // One peer first: what it alone asks too much takes no place of the others'.
        if (!_peers.TryTake(http.Connection.RemoteIpAddress, out var ofPeer) || !_refusals.TryTake(out var note))
        {
            return;
        }

        // What a stranger says is cut, and takes none of the room that known clients need.
        var record = Of(http, what, "deny", status);
        Fill(record, client, snapshot);
        record.Reason = reason;
        record.Rule = BoundedText.Cut(detail);
        record.IssuerClientId = BoundedText.Cut(clientId);
        record.Task = BoundedText.Cut(task);
        record.Note = ofPeer ?? note;

        // Nothing is given to whom is refused, so nobody waits for this record.
        if (client is null)
        {
            _ = TryAppendAsync(record);
        }
        else
        {
            journal.TryAppend(record);
        }
    }

    private async Task TryAppendAsync(AuditRecord record)
    {
        try
        {
            await journal.AppendAsync(record, AuditLane.Stranger);
        }
        catch (JournalUnavailableException)
        {
            // The room for strangers is full: what the metrics count is all that is left of it.
        }
    }

    private AuditRecord Of(HttpContext http, string what, string decision, int status)
    {
        var now = time.GetUtcNow();
        return new AuditRecord
        {
            Id = Guid.CreateVersion7(now),
            Kind = AuditKind.Auth,
            Event = what,
            Time = now,
            Decision = decision,
            Issuer = options.Name,
            Peer = http.Connection.RemoteIpAddress?.ToString(),
            Method = http.Request.Method.Length <= 16 ? http.Request.Method : null,
            Status = status,
        };
    }

    // As the token itself has it.
    private static DateTimeOffset Second(DateTimeOffset moment) => DateTimeOffset.FromUnixTimeSeconds(moment.ToUnixTimeSeconds());

    private static void Fill(AuditRecord record, ClientEntry? client, RegistrySnapshot snapshot)
    {
        record.Revision = snapshot.Revision;
        record.Client = client?.Client.Id;
        record.UseCase = client?.UseCase?.Id;
        record.Organization = client?.UseCase?.Organization;
        record.Agreement = client?.Agreement?.Id;
        record.Approval = client?.Approval?.Id;
        record.Approvers = client?.Approvers ?? [];
        record.Owner = client?.Client.Owner;
        record.Environment = client?.Client.Environment;
        record.Tenant = TenantOf(client);
    }

    // A client of several tenants has tokens for all of them.
    private static string? TenantOf(ClientEntry? client)
    {
        var tenants = client?.Client.Tenants is { Count: > 0 } own ? own : client?.UseCase?.Tenants;
        return tenants is [var only] ? only : null;
    }

    private static void Fill(AuditRecord record, ClientEntry client, RegistrySnapshot snapshot, IssuedToken token, string hash)
    {
        Fill(record, client, snapshot);
        record.IssuerClientId = token.ClientId;
        record.Subject = token.Subject;
        record.Acr = token.Acr;
        record.AuthTime = token.AuthenticatedAt;
        record.TokenId = token.Id;
        record.TokenHash = hash;
        record.Binding = token.Binding;
        record.Certificate = token.CertificateThumbprint is { } certificate
            ? Convert.ToHexStringLower(Base64Url.DecodeFromChars(certificate))
            : null;
        record.Purpose = string.Join(' ', token.Purposes);
        record.Scope = token.Scope;
        record.Task = token.Task;
    }
}
