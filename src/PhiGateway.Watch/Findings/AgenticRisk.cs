namespace PhiGateway.Watch.Findings;

/// <summary>One of the risks of the OWASP Top 10 for Agentic Applications, 2026; named beside <see cref="NhiRisk"/> where an AI agent acts.</summary>
/// <param name="Id">Such as <c>ASI02:2026</c>.</param>
/// <param name="Title">Its title.</param>
public sealed record AgenticRisk(string Id, string Title)
{
    /// <summary>ASI01.</summary>
    public static AgenticRisk GoalHijack { get; } = new("ASI01:2026", "Agent Goal Hijack");

    /// <summary>ASI02.</summary>
    public static AgenticRisk ToolMisuse { get; } = new("ASI02:2026", "Tool Misuse and Exploitation");

    /// <summary>ASI03.</summary>
    public static AgenticRisk PrivilegeAbuse { get; } = new("ASI03:2026", "Identity and Privilege Abuse");

    /// <summary>ASI04.</summary>
    public static AgenticRisk SupplyChain { get; } = new("ASI04:2026", "Agentic Supply Chain Vulnerabilities");

    /// <summary>ASI05.</summary>
    public static AgenticRisk CodeExecution { get; } = new("ASI05:2026", "Unexpected Code Execution");

    /// <summary>ASI06.</summary>
    public static AgenticRisk MemoryPoisoning { get; } = new("ASI06:2026", "Memory and Context Poisoning");

    /// <summary>ASI07.</summary>
    public static AgenticRisk InterAgent { get; } = new("ASI07:2026", "Insecure Inter-Agent Communication");

    /// <summary>ASI08.</summary>
    public static AgenticRisk Cascading { get; } = new("ASI08:2026", "Cascading Failures");

    /// <summary>ASI09.</summary>
    public static AgenticRisk TrustExploitation { get; } = new("ASI09:2026", "Human-Agent Trust Exploitation");

    /// <summary>ASI10.</summary>
    public static AgenticRisk Rogue { get; } = new("ASI10:2026", "Rogue Agents");

    /// <summary>All ten, in their order.</summary>
    public static IReadOnlyList<AgenticRisk> All { get; } =
    [GoalHijack, ToolMisuse, PrivilegeAbuse, SupplyChain, CodeExecution, MemoryPoisoning, InterAgent, Cascading, TrustExploitation, Rogue];

    /// <summary>What a rule's finding about an agent stands for; null: it says nothing of agents.</summary>
    public static AgenticRisk? Of(string rule) =>
        rule switch
        {
            "new-operation" or "volume-spike" or "record-scraping" or "enumeration" or "bisection" => ToolMisuse,
            "new-shape" or "wide-answers" => ToolMisuse,
            "new-network" or "two-places" or "replayed-proof" or "human-use" or "new-program" => PrivilegeAbuse,
            "stale-token" or "probing" or "cross-environment" or "scattered-networks" or "new-chain" or "error-mix" => PrivilegeAbuse,
            "off-hours" or "outside-charter" or "slow-drip" or "slow-ramp" or "dormant-waking" => Rogue,
            _ => null,
        };

    /// <inheritdoc />
    public override string ToString() => $"{Id} {Title}";
}
