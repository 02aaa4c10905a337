namespace PhiGateway.Console.Http;

/// <summary>
/// Endpoint metadata: a file that holds nothing of a patient. A person's click takes it, as it takes every file; unlike a
/// <see cref="GraveStep"/> it needs no fresh sign-in.
/// </summary>
internal sealed class ClickedFile
{
    private ClickedFile() { }

    /// <summary>The mark.</summary>
    public static ClickedFile Mark { get; } = new();
}
