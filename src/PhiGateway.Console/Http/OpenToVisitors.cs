namespace PhiGateway.Console.Http;

/// <summary>Endpoint metadata: reached without a session, such as the sign-in and the style sheet.</summary>
internal sealed class OpenToVisitors
{
    private OpenToVisitors() { }

    /// <summary>The mark.</summary>
    public static OpenToVisitors Mark { get; } = new();
}
