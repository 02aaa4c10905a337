using PhiGateway.Admin.Configuration;

namespace PhiGateway.Console.Configuration;

/// <summary>What the host gives the console: where browsers reach it, who signs people in, and how long a session lasts.</summary>
public sealed class ConsoleOptions
{
    /// <summary>
    /// Scheme, host and port by which browsers reach the console, such as <c>https://phi-console.hospital.example</c>. Security: requests for
    /// any other host are refused, so that no foreign name leads here.
    /// </summary>
    public required Uri PublicBase { get; init; }

    /// <summary>
    /// Environment of the node, such as <c>production</c>; empty, the default: none is said. Security: a session of one is none of another,
    /// whatever key they share.
    /// </summary>
    public string Environment { get; init; } = string.Empty;

    /// <summary>Further hosts (with port) that are as good as the public one; default: none.</summary>
    public IReadOnlyList<string> MoreHosts { get; init; } = [];

    /// <summary>Without a click for this long a session ends.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A session ends after this long, whatever is done in it.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromHours(8);

    /// <summary>How long a page waits for what is counted or gathered over everything before it is shown without; no configuration sets it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(80);

    /// <summary>When a fresh sign-in is asked for before a step; null: never.</summary>
    public StepUpOptions? StepUp { get; init; }

    /// <summary>The hospital's identity provider, whose roles and names count as for the admin API; null: not by it.</summary>
    public AdminOidcOptions? Oidc { get; init; }

    /// <summary>The console's client id at the identity provider.</summary>
    public string? ClientId { get; init; }

    /// <summary>Its secret, resolved; null: it is a public client, which PKCE protects.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>
    /// What protects a sign-in between two redirects, the same on every node, resolved; null: a sign-in ends at the node where it began.
    /// </summary>
    public byte[]? SignInKey { get; init; }

    /// <summary>Sign-ins in a minute that are begun at the provider, or ended by redeeming its code.</summary>
    public int SignInStartsPerMinute { get; init; } = 600;

    /// <summary>Of them of one address (IPv6: one /64).</summary>
    public int SignInStartsPerMinutePerPeer { get; init; } = 60;

    /// <summary>Things that are made or kept behind the pages at a time, of all persons.</summary>
    public int Jobs { get; init; } = 64;

    /// <summary>Of them of one person.</summary>
    public int JobsPerPerson { get; init; } = 5;

    /// <summary>Questions of live tails that one person has open at a time.</summary>
    public int TailsPerPerson { get; init; } = 3;

    /// <summary>Told the name of a budget each time that it was exhausted; null: nobody counts.</summary>
    public Action<string>? Exhausted { get; init; }

    /// <summary>Opens the connections to the identity provider, by the host's own rules; null: as the runtime does.</summary>
    public Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? Connect { get; init; }

    /// <summary>
    /// Security: persons whom anybody on this machine may be, for the demonstration alone; null everywhere else. No configuration sets it.
    /// </summary>
    public IReadOnlyList<DemoPerson>? Demo { get; init; }
}

/// <summary>A person of the demonstration.</summary>
/// <param name="Id">What stands in the form.</param>
/// <param name="Person">Name in records and for four eyes.</param>
/// <param name="Name">Name as shown.</param>
/// <param name="Task">What this person does.</param>
/// <param name="Roles">Roles of the control plane.</param>
public sealed record DemoPerson(string Id, string Person, string Name, string Task, IReadOnlyList<string> Roles);
