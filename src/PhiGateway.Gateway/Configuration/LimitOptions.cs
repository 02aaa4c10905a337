namespace PhiGateway.Gateway.Configuration;

/// <summary>Limits that hold where a client has none of its own.</summary>
public sealed class LimitOptions
{
    /// <summary>Per client; default 100.</summary>
    public int RequestsPerSecond { get; set; } = 100;

    /// <summary>
    /// Refusals (403, 404, and what the upstream rejects) of one client in a minute, entries of batches included, beyond which it is held off; default 3000.
    /// </summary>
    public int RefusalsPerMinute { get; set; } = 3000;

    /// <summary>Per client; default 64.</summary>
    public int Concurrency { get; set; } = 64;

    /// <summary>
    /// Connections of clients at once; null: a third of the handles that the process may have, at most 10000.
    /// </summary>
    public int? Connections { get; set; }

    /// <summary>
    /// Connections at once from one address (IPv6: one /64); null: a quarter of <see cref="Connections"/>. Trusted proxies have no such limit.
    /// </summary>
    public int? ConnectionsPerPeer { get; set; }

    /// <summary>Connections to the token service at once, a quarter of them from one address; null: an eighth of the handles, at most 2000.</summary>
    public int? TokenConnections { get; set; }

    /// <summary>
    /// Connections to the listener for pushed signals at once, a quarter of them from one address; null: a sixteenth of the handles, at most
    /// 200.
    /// </summary>
    public int? SignalConnections { get; set; }

    /// <summary>Connections to the control plane at once, half of them from one address; null: an eighth of the handles, at most 128.</summary>
    public int? AdminConnections { get; set; }

    /// <summary>
    /// Characters of an access token with its scheme, from 4096 to 65536; default 16384. All other headers together have 16 KiB beside it.
    /// </summary>
    public int MaxToken { get; set; } = 16 * 1024;

    /// <summary>
    /// Tokens a second of one address (IPv6: one /64) whose signature may be found false, ten seconds of it at once, and ten times as many
    /// where tokens of the client that they name held before; default 20. Security: one costs up to a millisecond of a processor.
    /// </summary>
    public int FalseTokensPerSecondPerPeer { get; set; } = 20;

    /// <summary>Bytes; default 2 MiB.</summary>
    public long MaxRequestBody { get; set; } = 2 * 1024 * 1024;

    /// <summary>
    /// How long the body of one request may take to arrive, on any listener; default 2 minutes. Security: longer is a place and memory held
    /// by who sends a byte now and then.
    /// </summary>
    public TimeSpan BodyTime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Entries of a batch or transaction; default 1000.</summary>
    public int BundleEntries { get; set; } = 1000;

    /// <summary>Parameters of a request, query and form together; default 100.</summary>
    public int Parameters { get; set; } = 100;

    /// <summary>
    /// Stored records that one written Provenance may speak of, besides those of its own transaction: each is looked up; default 200.
    /// </summary>
    public int ProvenanceTargets { get; set; } = 200;

    /// <summary>
    /// Stored records that one written resource may newly name, and all entries of a bundle together twice as many: each is looked up;
    /// default 500.
    /// </summary>
    public int NamedRecords { get; set; } = 500;

    /// <summary>Files (Binary) that one written resource may newly name: each is looked up; default 20.</summary>
    public int NamedFiles { get; set; } = 20;

    /// <summary>Records of one page of a history whose present state is looked up; further ones are not shown; default 500.</summary>
    public int LookedUpVersions { get; set; } = 500;

    /// <summary>Files of a finished export that are looked into for one poll, to leave out those without a line for the client; default 200.</summary>
    public int LookedUpFiles { get; set; } = 200;

    /// <summary>
    /// Parts of the manifest of one finished export that are put together, where anything may be withheld; an export in more is refused;
    /// default 1000.
    /// </summary>
    public int ExportParts { get; set; } = 1000;

    /// <summary>Alternatives in the list of one search parameter; default 1000.</summary>
    public int ParameterValues { get; set; } = 1000;

    /// <summary>
    /// Values of all parameters of a request together, each as often as it is read (a search of several types reads it for each of them);
    /// default 20,000.
    /// </summary>
    public int RequestValues { get; set; } = 20_000;

    /// <summary>
    /// Characters that other spellings of values below the gateway's base may add to one request, all of its parameters together; default
    /// 262,144. They go upstream beside the spelling that was sent.
    /// </summary>
    public int SpelledCharacters { get; set; } = 256 * 1024;

    /// <summary>
    /// Types asked for, pulled in and walked over by a request, counted each time, all entries of a bundle together; default 20,000.
    /// </summary>
    public int RequestParts { get; set; } = 20_000;

    /// <summary>How many pages of the upstream are looked through for one page of a client's, where records between its matches are
    /// withheld; default 10, at least 2.
    /// A page that is not full by then says that it is incomplete, and goes on at the next one.</summary>
    public int PagesPerPage { get; set; } = 10;

    /// <summary>
    /// Next pages of one client whose address has no room for what they need (a search by POST for hundreds of ids), kept in the registry's
    /// database for the hour that they are good; default 200. 0: none, and such a search has one page.
    /// </summary>
    public int KeptPages { get; set; } = 200;

    /// <summary>
    /// Records that one link of a chained search may lead over, where the gateway looks them up for a client that does not see all of them;
    /// default 100. They stand in the address of the search that follows.
    /// </summary>
    public int WalkedRecords { get; set; } = 100;

    /// <summary>Searches that the gateway makes for the chains of one request, a bundle's entries together; default 32.</summary>
    public int WalkedSearches { get; set; } = 32;

    /// <summary>
    /// Bytes a second that a body must come or go on average, from clients, to clients and from the upstream, beside the pauses that are
    /// allowed; default 1024.
    /// </summary>
    public int LeastRate { get; set; } = 1024;

    /// <summary>How long one answer may go on, however large it is; default 1 hour. Security: a longer one is another request.</summary>
    public TimeSpan LongestAnswer { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Bodies of requests and answers that this node holds at once, such as <c>2 GiB</c>; null: a quarter of the memory that the process may
    /// have, at most 1 GiB, and at least three times <see cref="MaxAnswer"/>.
    /// </summary>
    public string? HeldMemory { get; set; }

    /// <summary>
    /// Bytes of an answer that is judged whole, and of one entry or line of an answer that is judged on the way; default 64 MiB.
    /// </summary>
    public int MaxAnswer { get; set; } = 64 * 1024 * 1024;
}
