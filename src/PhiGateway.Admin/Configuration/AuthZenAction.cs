namespace PhiGateway.Admin.Configuration;

/// <summary>The meaning of an action's name; the first that fits counts, so that those with a property stand first.</summary>
public sealed class AuthZenAction
{
    /// <summary>As others call it, such as <c>write</c>.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Property of the action that must have <see cref="Value"/>; null: whatever its properties.</summary>
    public string? Property { get; set; }

    /// <summary>Text, <c>true</c> or <c>false</c>.</summary>
    public string? Value { get; set; }

    /// <summary>One of the words of grants, such as <c>update</c>.</summary>
    public string Means { get; set; } = string.Empty;
}
