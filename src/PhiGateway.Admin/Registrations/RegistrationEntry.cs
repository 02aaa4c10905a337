using System.Text.Json;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Registrations;

/// <summary>Requests of strangers to be registered.</summary>
/// <param name="Items">Undecided ones first, the oldest first.</param>
/// <param name="Complete">Whether all that are meant are here.</param>
/// <param name="Total">How many are meant.</param>
/// <param name="NextCursor">Place of the next page; absent: this is the last.</param>
public sealed record RegistrationList(IReadOnlyList<RegistrationEntry> Items, bool Complete, int Total, string? NextCursor = null);

/// <summary>One request of a stranger to be registered.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">pending, taken or declined.</param>
/// <param name="ReceivedAt">When it came, UTC.</param>
/// <param name="Until">From when on it is over, UTC.</param>
/// <param name="Peer">The network that it came from.</param>
/// <param name="ClientId">The client id under which the applicant will come.</param>
/// <param name="Form">metadata, software-statement or client-id-metadata-document.</param>
/// <param name="SignedBy">The URI in the certificate that signed its statement; absent: nobody signed it.</param>
/// <param name="Certificate">SHA-256 of that certificate.</param>
/// <param name="Vouched">Whether a configured authority vouches for that certificate.</param>
/// <param name="Says">What the applicant says of itself: words of a stranger, none of them checked.</param>
/// <param name="Client">The client that was made of it; whether that is approved stands in its own queue.</param>
/// <param name="DecidedBy">Who decided.</param>
/// <param name="DecidedAt">When, UTC.</param>
/// <param name="Reason">Why it was declined.</param>
public sealed record RegistrationEntry(
    string Id,
    string State,
    DateTimeOffset ReceivedAt,
    DateTimeOffset Until,
    string Peer,
    string ClientId,
    string Form,
    string? SignedBy,
    string? Certificate,
    bool Vouched,
    ApplicantSays Says,
    string? Client,
    string? DecidedBy,
    DateTimeOffset? DecidedAt,
    string? Reason
)
{
    internal static RegistrationEntry Of(RegistrationRequest request)
    {
        var words = request.Words;
        return new RegistrationEntry(
            request.Id,
            JsonNamingPolicy.KebabCaseLower.ConvertName(request.State.ToString()),
            request.ReceivedAt,
            request.Until,
            request.Peer,
            request.ClientId,
            words.Form,
            words.SignedBy,
            words.Certificate,
            words.IsVouched,
            new ApplicantSays(
                words.Name,
                words.Uri,
                words.Contacts,
                words.Scope,
                words.SoftwareId,
                words.SoftwareVersion,
                words.JwksUri,
                [.. words.Keys.Select(static key => key.Thumbprint())]
            ),
            request.Client,
            request.DecidedBy,
            request.DecidedAt,
            request.Reason
        );
    }
}

/// <summary>What an applicant says of itself; nothing of it is known to be true.</summary>
/// <param name="Name">What it calls itself.</param>
/// <param name="Uri">Its address for people.</param>
/// <param name="Contacts">Whom to ask.</param>
/// <param name="Scope">What it would like.</param>
/// <param name="SoftwareId">Its software.</param>
/// <param name="SoftwareVersion">That software's version.</param>
/// <param name="JwksUri">Where it publishes its keys.</param>
/// <param name="Keys">RFC 7638 thumbprints of its keys.</param>
public sealed record ApplicantSays(
    string Name,
    string? Uri,
    IReadOnlyList<string> Contacts,
    string? Scope,
    string? SoftwareId,
    string? SoftwareVersion,
    string? JwksUri,
    IReadOnlyList<string> Keys
);
