namespace PhiGateway.Gateway.Exchange;

/// <summary>Status and headers of an upstream's answer, as far as the gateway reads them; each as it stood, null when absent.</summary>
internal readonly record struct UpstreamHead
{
    public required int Status { get; init; }

    public string? ContentType { get; init; }

    /// <summary>Codings, joined by commas where there are several.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>Length as stated.</summary>
    public long? Length { get; init; }

    public string? ETag { get; init; }

    public string? LastModified { get; init; }

    public string? Location { get; init; }

    public string? ContentLocation { get; init; }

    public string? RetryAfter { get; init; }

    /// <summary>Until when the files that a manifest names are there.</summary>
    public string? Expires { get; init; }

    /// <summary>How far an asynchronous job is, in the upstream's words.</summary>
    public string? Progress { get; init; }

    /// <summary>The same of an answer that an HTTP client read.</summary>
    public static UpstreamHead Of(HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var content = response.Content.Headers;
        return new UpstreamHead
        {
            Status = (int)response.StatusCode,
            ContentType = content.ContentType?.MediaType,
            ContentEncoding = content.ContentEncoding.Count == 0 ? null : string.Join(',', content.ContentEncoding),
            Length = content.ContentLength,
            ETag = response.Headers.NonValidated.TryGetValues("ETag", out var tag) ? tag.ToString() : null,
            LastModified = content.LastModified?.ToString("r"),
            Location = response.Headers.Location?.OriginalString,
            ContentLocation = content.ContentLocation?.OriginalString,
            RetryAfter = response.Headers.NonValidated.TryGetValues("Retry-After", out var wait) ? wait.ToString() : null,
            Expires = content.Expires?.ToString("r"),
            Progress = response.Headers.TryGetValues("X-Progress", out var progress) ? progress.First() : null,
        };
    }
}
