using System.Text;

namespace IntelMQ.Sdk.Tests;

/// <summary>Tar archives with one file, compressed by the programs bzip2 and xz (the last with another preset and checksum).</summary>
public sealed class CompressedTarTests
{
    const string ByBzip2 =
        "QlpoOTFBWSZTWVTFbHUAEUxbgNjQQAH/4CAAczeeQAgIYAi/fAA4AAPiiiilFFKKOGMJiaDBGIZGEwqp+ntFN/qpVTQjA9QIGTGMJiaDBGIZGEwaTZGp6lKkYTAAEaDbVVUYTAmTATTCaaYKlSA0NAAA0aeiXacK"
        + "qgV5EQ2XVt2PTXmiFR2CEsCbX38/OxEEERjERsRBjERBERsQYNiIgiIxgiDYiMYiCCI2IiCIMGxEbERAYIgiI2IgDBEYxEbEQYxEQREbBgjYiIIiMYIjYiIbGxYsRsWNixZkaNiNGxsaNjTIsWI2LGxo2JmjYjRF"
        + "jRFiDYsbFixY0RGg2NjRFt7+Nb38b38a3vWt71r7s3rfz8/Pz8/Z9nzxsA9PAGCgLCAgLCgMHgD02AcaAD1p4A42AengDBQFhAQFhQGDwB6bAONABjRQHGwD08AYKAsICAsKAweAPTYBxoALCAgLCgMHgD02AcaA"
        + "Dnt0STyue+lJJTmxSSVQUklaY0UklCyLkpjSkl3AyrxmZWjPVJJVhUklNBSSUYJJJQ8bSSg9RdyrCtJJugpOXcThSTcp6eKSRHlEX7dwvjVJJQRF3KHKTa7qgpLu4HtJPJsKRdy4FXJKaCkkpYniXVyjZ4nt3Cyk"
        + "Xq5QpF37cIpJK2Ckkr0V/79/nNfG9tfTnfp36vp9HGwD2S5JJMzMzPNpdWqzwnJncJJMPiS01AST9KoOe9HtD9OgT4/nO927Iu/nz5mY1Ju7zli7715md73d3Rdo3w8720jvOd73NfyOS5AYKAu7u78Myqqrnsqq"
        + "q5yEkqGEkj6GvDmNZGyKHeAIrUijVVPI5hNCu+3zbYAESy7zAAIzmXgqpOttsACJbd5gqucuK0qqnkjbYAHZmZ6e8/S5JJGCjotnczO45d+VvJztyVVcpVyQnEifYvIl+x81rlCr55E2rFV6Rt6+Cq7sS29Iqjxm"
        + "1aNVUnW22KqTHzd2h+WXQCV4CSAB3nvbu5VV72Tm7tVSCS+e95770MkFhAd73MzO5nnffZK3VeVLiVVe12qo+nsmEElInPAk1Ve3Tu6RVPu+bbAAJKuyqqpGc5u3QqSNPWaqrs4UlYqpcOYiKpzY22AASYSUKpX7"
        + "3fe9j96KSSKBYUMzGZnnnOVVZSqqTk95F3OyZKJi9kwh7e5l5Q19bbdD25nOZgqM5l4K7OdbbYES3mYuVfIibV0HkixsgRGLEq1qt8ryeStag4g6sKAweDuY3d8vDdLOEkws4lmT2d9iRPliJJJyZmsCR6N3RV3Z"
        + "BJoSbG2wJMfN3RV3ZBJAcubuqg5Hu6+UCbJ4SBJpW3vKCkl1nve9YPAHpsGMzuZsVqqqdnsJLiiJJfc9is8PlicLk2GrwpIkgSM7umhfFckTxsAk4SUPo5XvLdvBXc95tugSfElVU6cy8oSRttgZMy8+e770cnJI"
        + "DjQDMzMyTFSnJJWd5fbqqrsSqJ73PZwmwVgZgom3dlWB2OJ6zUJ20cuhzkNq0ac2NtiuzN5u7XuVfOrOJAe91v333Xx3t+7zM1qqrfed7zvXGgDQ0BeZmZzg0kMkn2qInUu5PYkSl5EklXssk0Jj622K9Mm7q5RN"
        + "m7JsCSELdNB5ItbIHDZ5wk0JOnd0gSRttgE4ibQrm+97zve973RoAcbAu7u7kPK3Xecx4iTFEST5e7iRJ8cPfW33Moek823QJOElVUhzLwBzZu6+UJazmYuUI0DmXUnWnrNCE6icNcu4ilQ+D/gAFUKAsACgnel3"
        + "4ITjQISgQmjC2SQSugQn6wITX6+5r8Lb6t+HLcg/i7kinChIKmK2OoA=";

    const string ByXz =
        "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4E//BRRdADmdSGQVn6zk64sZoQOnRcqu/GiFQg9mGMhWtxRPLCOjJ2tlf2yp3L55Io9vGNQKBhvjAZkJ4u+wVvFR7zqmEJO4hb5xgNvjFM4dE4TcmB1BYrkL6yc1WG8z"
        + "U95qqxqY9gktSPdINga1QWW+JYkR1oJCrbxlAXmxJxP1QienA8QS01ZFTMKrZUvfdUfWoP9aQH5GSdZz58QsMfsgwAidPEbVOo7yofojzlVyNMv9KNOWehS20TEcqxt44YPYR16k6PilEVcNPM3aJbwQWd8mWCQQ"
        + "DG8nhimzXjPxe5tc9iUSa+jIUNpuOW8qoKeYmFqCPGka/xz1b6OyvV4XSR00+MT29yMp81OF/HKyvWya4c49394UYgixS/tT6cpMMbjb6NuJcru8NTT/IMLeBiUzYXaR65UXAm1M8eC0/oi6vv1HL6tJt+mtpekf"
        + "sXjhCVjEYXgJB1EyaLBc7kHNAVudxEdKxGCwZ+EVY+/MQizEmCnTgumyilBt+1s4wb5R8AAjMx4xEiQr4zwWlCUKMEsBhIC2cWRCzcgYwJIOxd4XywUXjpuZYtekfOYgXVyCbMrHeoKD2D+eyZ1O3LUGQu7yH88/"
        + "a+El95BIIViX17JOxZ8+fiXVSKsVam7uG+h0w+WNek4LaOfeYhrZrJIRiZW6U2oonTqHRY/9pbI/HzqAtQc3I1MlIqhyNJGRYhsodeQl+o7hynEvc8okSPNLFozhFN+MGah9xxgJddPgwk/0XpeSARYjnQqfNnac"
        + "UrHgNHU0v6LGQSghhhNQMbOgUYN7GkpplRQjtrnVgeMiOqMOKAGvnDNiNYplZqAF0a+/zwV78iNwdNJZz1K8vHuy4GoxKY3NVpdKXHf4OyW9ixa3UkTnbX2K0lZ2kiUiEURknto0NnduQ8DRbEiCWeXitVJ2jLz1"
        + "H8IsIzQDeTlM0aOw8lg2GK7cEqc1Nl8KvARu6G5aR9fXlr8++z1UD/VtSQXkP44x0LwG0mQZZup+bhQyu5oDVO/hNovalGazgJwzdy8TWh3Zc1v320i3sP4UKX0G6I0QRPOjfBIVOzFkpiLAtjn8ZmYdPbwwtyt9"
        + "AdWHNsB684mXi3GDGG1kz1XYvdkVihQSoAel3OiHT1nPCWXXhSftKhOq6VNlSucHgrON5Bkr9n6A+8yyTqVV5BkxDnswgObHO7X2L1CVrqIWh6edUiXnNv+p/tor6b9Iw6mCTG1rTKbj0o44/DGCggZTeQQbiTbW"
        + "R1O5hBPOAlx9rO5BPGQndwbuveBd6tPU3ILSSLOr6xPZ1wRjPBYYphC8CeBqLLsEPZ6XQ9cGmIFpcr+eODhtdPGXlZrgblkBflfDBCQeGnRrIuNjs/nwRPGuLZK5oCafzGhw76V01FnY6EB5y+wJ6sqXO2nMHyxB"
        + "vYd39z2EqCrdVhQITXAScmGHw/RUu7MtlqLJxLzJeX/4/w7yYc72fdu/+/O/aeJe9ImSrLyfWoGd1TYoCUvhOAcNjMtX47LCBm+/KQ+bkg932fvFUnGNIUo59uPi9j8kec9w5Xk01zjXTHDO4HqEAT7xvK5/TX6q"
        + "ULSaJjO6/8kxzMd0KmRPpxL4b2JbnMDjrrAvqRiYCbvtrV0SADiIe4wKTa+yFlYiqCVUgZjzfeJJPp35a5iyJ4+7ivOdlCSZyw6p4WKuxUTF4kttajeu8DOHN37W97DOeqIH7WPRxvTXA8VjM4tPnDX2q0OGTePn"
        + "iLuWLdnmVsSWxwAALgNHwxEMNSIAAbAKgKABABMFFb6xxGf7AgAAAAAEWVo=";

    const string ByXzFast =
        "/Td6WFoAAAFpIt42AgAhAQwAAACPmEGc4E//BXNdADmdSGQVn6zk64sZoQOnRcqu/GiFQg9mAVuxCbxZBE/OKdqs1sJVegmhE5WzSRO1zl448bBDEpXeB7wyf8kvF2D86nZ6oiEIzILWeo2zc/hRkHHIsOtYcII2"
        + "c3zlXTKlUOVPnydttvEze0hb2/2GVFODxUKzX7ZywTEGLqcwcfg+YpsRKKtrmfoZboRLw2uK8Wbm2hGH96CkmvnL6T0FoTIV96SMV8+8Cd5I2yMqlarQApO0YXdLhBNyEO5FuF2y3VfkxoBe2Ceyd1sob41AXvzq"
        + "t+YSRPr4Rsv0XgDtWfclep+g3Luo4U2voxuyC8qwWvJLdl+9V84i6zegTSXG9Y6LXapVK3aCXGez4B4j3Hg0JewdG/Jc2N/f/enAAXwSzzsfhfKbx05ctE94QeMkKu4zN5tbZwI3g1/hSKAZDGDAbiL0rmTNqLWi"
        + "/P6hraeZf1tJpWHAo3vhP8s4C4x51C6Asdc96RxK/P9eVDgVHpgLkXO5IRYqEDg73I2zu221HML1FmSzXf1ngdlOmr+WqYJkhUIM313UyyZJy161pOd3gYXz2l0Ly6/Htv97tdL5Rz5hV6KRlFOoQP1BfUaVCznS"
        + "SXelh8P2AP2o5hZs0MZEdrVXajFcMQg1Z95MQQPzooIiJO86lulXkMk6y+ACzmK4ObKpv5zLntw4tzAXibIrfSRZsarbUelCh0oExVxb3vmpd8wvtbryfC4OwS8vktZRg917iWAsg/nSCA3AXb7wOTJgw0/Yr0uq"
        + "hrfq6u/e5i92WNjZES1FCGREybTCTVnZkieEFtQ9EDdCs24mpcsEZxwz2W0Yvqg8cfHKmaUjyEGNg/iFjxzmgmvAvnPSKCoZ86IdE7bWijPIEfeZae6OMp/8QiQUbb8r31CAMtjGNb1xuq1heupKPD46WmhnaIja"
        + "1yz3DqH0Lwb7/gZyyXth2Ila52nINRNvJYYHKELqNzytK7ruuxKJWznl9/iG6T3AFc87RmDoIZxC3w4EmdlidRYFglsrWgtxZZagr+qLpJCx/J1vtFvsj8Gy2aqihg0Zbdl8PvMJeeOoAcCJGfDvrnGi/qN0+exZ"
        + "8Y2VSVkDlB/MQGk0llwL8kOOWJve2yBUR7rHq1QU8lLF7D9gPqnJTOTw7fyfb0w5GQkWVkfJRswjVFXXCqAVccte08lyOkPG89UIc2nDRij7KUTzVZJygsxzQgMnwVq2+B2RBmYduqlUTEMSeIVdMSy7GMVci7x7"
        + "WoC3qrsnOK+tm2nQvBTUHQzhFZJT+e69kQplHF7dWk1m/DmN1uT6JtbnWPWm9H7oHepNeQVFoNVi6v6PXT0a3ZHy6B5/GladIjbODim7epet+Gsa9+3J58oHEYbyaIl1v0bg6lSRZ4nsej6MbvvXOCLlm7ekDV6u"
        + "hodfksAEHDHaHonFly18XyuUYwmIocWwusoXa6wmFO37SVOABCGW659OJwV27oo8XLRMpDymt4I1ejCkHdZTZy0Gp5DMe+98SXm2E/RcPf1x+AVCrn8kVEjDWewB0hsmIOo4NVzUTXKX21Jcy47fUP2Q61XAt0y3"
        + "SZfFr6m6tQAuqfBIcQRGo/t6kXjZNLsy1h/e4n/6+rcQVaw2s1CzpCRzxJQy+tus3tyTIF3JOhxeLZLZWWJfwpy4jobhd/UbQJ0AAKTYTMJmw2jua+TMbHdWdSigxwOXU8QXN3QTlnvi1yPzJKGUQu90EQzJK88x"
        + "Fu47Nz/04Z//JWpx9ON1J5bgt6APx7imqUO5RVga0Z4lxbn9/2NvJ2QrcSgyY9BEkWbzWjJbgdyy/H6+otnPzSFpgkbcEQ853BYw4WwgUz3Sm/PRODvVUoy1nQXu1o0bg476k8tmIBvtAAAAVCKcmwABiwuAoAEA"
        + "zdvI7T4wDYsCAAAAAAFZWg==";

    static string Expected => string.Concat(Enumerable.Range(0, 400).Select(i => $"line {i} of {i * 7919 % 1000} aaaaaaaaaaaa\n"));

    [Theory]
    [InlineData(ByBzip2)]
    [InlineData(ByXz)]
    [InlineData(ByXzFast)]
    public void The_file_comes_out_as_it_went_in(string archive)
    {
        var member = Assert.Single(Archives.Extract(Convert.FromBase64String(archive)));
        Assert.Equal("sub/numbers.txt", member.Name);
        Assert.Equal(Expected, Encoding.UTF8.GetString(member.Content));
    }

    [Theory]
    [InlineData(ByBzip2)]
    [InlineData(ByXz)]
    public void An_archive_that_unpacks_to_too_much_is_refused(string archive) =>
        Assert.Contains("more than 9000 bytes", Assert.Throws<InvalidDataException>(() => Archives.Extract(Convert.FromBase64String(archive), limits: new ArchiveLimits { MostBytes = 9000 })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(ByBzip2)]
    [InlineData(ByXz)]
    [InlineData(ByXzFast)]
    public void Random_damage_is_found_or_harmless_and_never_anything_else(string archive)
    {
        var random = new Random(4);
        var good = Convert.FromBase64String(archive);
        for (var i = 0; i < 2000; i++)
        {
            var damaged = good.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--) damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Archives.Extract(damaged.AsMemory(0, random.Next(3) == 0 ? random.Next(damaged.Length) : damaged.Length), limits: new ArchiveLimits { MostBytes = 1 << 20 });
            }
            catch (InvalidDataException)
            {
                // The one it may throw.
            }
        }
    }
}
