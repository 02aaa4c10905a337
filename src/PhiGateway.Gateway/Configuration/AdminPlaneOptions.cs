using PhiGateway.Admin.Configuration;

namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes about who may use the control plane, and how they prove it.</summary>
public sealed class AdminPlaneOptions
{
    /// <summary>
    /// First key, by reference (<c>env:NAME</c>, <c>file:/path</c>); null: one is generated at first start and put into
    /// <see cref="BootstrapFile"/>. It works for seven days.
    /// </summary>
    public string? BootstrapKey { get; set; }

    /// <summary>
    /// Makes the first key anew at the next start although other keys work, on record; for whoever has lost all of them. Default false, and
    /// to be taken out again.
    /// </summary>
    public bool RenewBootstrapKey { get; set; }

    /// <summary>Where a generated first key is put, readable by its owner only; null: <c>bootstrap.key</c> beside the journal.</summary>
    public string? BootstrapFile { get; set; }

    /// <summary>
    /// Login by which the control plane writes the registry, by reference, to the database of
    /// <see cref="RegistryOptions.ConnectionString"/>; null: the same login as the data plane's.
    /// </summary>
    public string? RegistryConnectionString { get; set; }

    /// <summary>
    /// Login by which the control plane reads the audit store, by reference; null: the same login as the shipper's, which then must be
    /// allowed to read.
    /// </summary>
    public string? AuditConnectionString { get; set; }

    /// <summary>OIDC issuer of administrators; null: keys only.</summary>
    public AdminOidcOptions? Oidc { get; set; }

    /// <summary>The console that people look at; null: there is none.</summary>
    public ConsolePlaneOptions? Console { get; set; }

    /// <summary>What other systems' questions (AuthZEN) mean here.</summary>
    public AuthZenOptions AuthZen { get; set; } = new();

    /// <summary>
    /// Days before a door closes at which an alert is raised (the largest) and becomes urgent (the smallest); null: 30 and 7.
    /// </summary>
    public IReadOnlyList<int>? DoorWarningDays { get; set; }

    /// <summary>
    /// Days without a call after which an active client is told of, suspended and revoked, in this order, such as 30, 60, 90; null: 30, so
    /// that it is told of and stays open.
    /// </summary>
    public IReadOnlyList<int>? DormantDays { get; set; }

    /// <summary>
    /// Minutes after which an urgent alert that nobody has taken is escalated, three times at most; null: 60, 0: never.
    /// </summary>
    public int? EscalateMinutes { get; set; }

    /// <summary>
    /// Minutes after which an urgent alert that somebody took, and nobody has handled since, is open again; null: 1440, 0: never.
    /// </summary>
    public int? TakenMinutes { get; set; }

    /// <summary>Minutes for which a node may report nothing before an alert <c>node-silent</c> is raised; null: 5, 0: none is.</summary>
    public int? NodeSilentMinutes { get; set; }

    /// <summary>
    /// Memberships of a roster, added or changed since somebody looked, from which on an alert is raised; null: 1000.
    /// </summary>
    public int? RosterAlertMembers { get; set; }

    /// <summary>The same as a share of the roster in percent; null: 50.</summary>
    public int? RosterAlertPercent { get; set; }

    /// <summary>
    /// Memberships of a roster that may be added or changed since the approval of the clients behind it before that approval ends; null:
    /// any number.
    /// </summary>
    public int? RosterMostAlone { get; set; }

    /// <summary>
    /// Name of the gateway's own token service where another node runs it; null: the one of this node, or none. Security: by it a certificate
    /// that alone says who a client is takes two persons, on this node too.
    /// </summary>
    public string? TokenService { get; set; }

    /// <summary>What shadows of candidates may cost on this node.</summary>
    public ShadowPlaneOptions Shadows { get; set; } = new();

    /// <summary>
    /// Directory where roster uploads that name their digest are held, sealed, until it is verified; null: the system's temporary
    /// directory.
    /// </summary>
    public string? SpoolDirectory { get; set; }

    /// <summary>Most bytes that are held there at a time, files that the console makes among them.</summary>
    public long SpoolBytes { get; set; } = 8L * 1024 * 1024 * 1024;
}
