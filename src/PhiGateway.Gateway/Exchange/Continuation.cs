using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// A request that came with one of the gateway's handles: what was asked, and the original request and place that the handle continues.
/// Part of what Understand found.
/// </summary>
/// <param name="Asked">The request as it came, with the handle; for the record and for what kind of answer is due.</param>
/// <param name="Original">What the handle continues; decided anew.</param>
/// <param name="Page">Where the upstream continues it.</param>
internal sealed record Continuation(FhirRequest Asked, OriginalRequest Original, PagePlace Page)
{
    /// <summary>For a page that is put together: matches per page; 0: as many as the upstream gives.</summary>
    public int Size { get; init; }

    /// <summary>Where the page before begins; null: not known.</summary>
    public PagePlace? Before { get; init; }

    /// <summary>For a file that is put together from those which the manifest at that place lists: which; null: it is one of the upstream's.</summary>
    public ExportedList? Listed { get; init; }

    /// <summary>It begins where the original request begins: that is asked anew.</summary>
    public bool IsStart => Page.Place.Length == 0;

    /// <summary>The call for a page of the upstream's.</summary>
    public static UpstreamCall CallTo(string place) => new("GET", place, null, default, KnownHeaders.AcceptJson);

    /// <summary>The call that goes upstream: the place that the upstream itself named, nothing of the client's.</summary>
    public UpstreamCall ToCall() =>
        new(
            Asked.Interaction == Interaction.ExportCancel ? "DELETE" : "GET",
            Page.Place,
            null,
            default,
            Asked.Interaction == Interaction.ExportFile && Listed is null ? KnownHeaders.AcceptNdjson : KnownHeaders.AcceptJson
        );
}
