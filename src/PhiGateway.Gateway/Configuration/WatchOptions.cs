namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes about the watch over the trail.</summary>
public sealed class WatchOptions
{
    /// <summary>
    /// Whether this node reads the whole stored trail behind the traffic and raises alerts of what looks wrong; default true. One node of a
    /// fleet is enough, two are none too many: they find the same.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// File in which it keeps what it learned of each client, without PHI; null: <c>watch.state</c> beside the journal.
    /// </summary>
    public string? StateFile { get; set; }

    /// <summary>
    /// Rules whose findings quarantine the client without a person, such as <c>two-places</c> or <c>record-scraping:medium</c> (from that
    /// risk of its use case on; without one: high); none by default. Use cases that cover emergencies are left alone.
    /// </summary>
    public IReadOnlyList<string> Quarantine { get; set; } = [];

    /// <summary>
    /// Rules whose findings slow the client down without a person, in the same form; one that quarantines does that. None by default.
    /// </summary>
    public IReadOnlyList<string> Throttle { get; set; } = [];

    /// <summary>Requests a second that a client that is slowed down has left; default 1.</summary>
    public int ThrottleTo { get; set; } = 1;

    /// <summary>
    /// Rules whose findings end the tokens that the client has from before, in the same form: it asks its issuer anew. One that quarantines or
    /// slows down does that. None by default.
    /// </summary>
    public IReadOnlyList<string> Renew { get; set; } = [];

    /// <summary>How many clients are quarantined or slowed down so within an hour; default 5. Beyond that alerts are raised, and nothing is closed.</summary>
    public int MostQuarantines { get; set; } = 5;
}
