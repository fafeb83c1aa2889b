import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebServerError } from './web-server.ts';
import { ServerFixture } from './web-server-fixture.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let fixture: ServerFixture;
beforeEach(async () => {
  fixture = await ServerFixture.start();
});
afterEach(() => fixture.end());

describe('the token', () => {
  it('opens a session once, and leaves the address bar', async () => {
    const { port } = fixture.web;
    expect(fixture.web.address()).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/\\?token=[\\w-]{43}$`));
    const path = `/${fixture.newQuery()}`;
    const { status, headers } = await fixture.ask({ path });
    expect([status, headers.location]).toEqual([303, '/']);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    expect(cookie).toMatch(new RegExp(`^interlock-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`));
    expect(fixture.turnedAway).toEqual([]);

    const again = await fixture.ask({ path });
    expect([again.status, again.headers['set-cookie']]).toEqual([401, undefined]);
    expect(again.body).toContain('was used already');
    expect(fixture.turnedAway).toEqual([['used-token', '/: the token was used already']]);
  });

  it('lives for 5 minutes; the first one, which may lie in a log, for a day', async () => {
    const first = `/${fixture.newQuery()}`;
    const [second, third] = [`/${fixture.newQuery()}`, `/${fixture.newQuery()}`];
    fixture.nowMs = 5 * MINUTE_MS;
    expect((await fixture.ask({ path: second })).status).toBe(303);
    fixture.nowMs += 1;
    const late = await fixture.ask({ path: third });
    expect([late.status, late.body]).toEqual([401, expect.stringContaining('too old')]);
    fixture.nowMs = 24 * HOUR_MS;
    expect((await fixture.ask({ path: first })).status).toBe(303);
    expect(fixture.reasons).toEqual(['wrong-token']);
  });

  it('is refused when it is another one, and what it was is told to nobody', async () => {
    const { status, headers } = await fixture.ask({ path: '/?token=guessed-secret' });
    expect([status, headers['set-cookie']]).toEqual([401, undefined]);
    expect(fixture.turnedAway).toEqual([['wrong-token', '/: the token is none of this desk']]);
  });

  it('is not used up by a program that only looks what is there', async () => {
    const path = `/${fixture.newQuery()}`;
    expect((await fixture.ask({ path, method: 'HEAD' })).status).toBe(401);
    expect((await fixture.ask({ path })).status).toBe(303);
  });

  it('leads a browser that is in already to the page, used or not, and keeps its session', async () => {
    const path = `/${fixture.newQuery()}`;
    const entered = await fixture.ask({ path });
    const cookie = entered.headers['set-cookie']?.[0]?.split(';')[0];
    const again = await fixture.ask({ path, headers: { cookie } });
    expect([again.status, again.headers['set-cookie']]).toEqual([303, undefined]);
    expect(fixture.turnedAway).toEqual([]);
  });
});

describe('pages and assets', () => {
  it('are for those who are in', async () => {
    const cookie = await fixture.enter();
    const page = await fixture.ask({ headers: { cookie: `other=1; ${cookie}` } });
    expect([page.status, page.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(page.body).toMatch(/^<title>desk<\/title><meta content="[\w+/=]{24}">$/);
    const asset = await fixture.ask({ path: '/assets/index-12345678.js?v', headers: { cookie } });
    expect([asset.status, asset.body]).toEqual([200, 'go()']);
    expect(asset.headers['cache-control']).toContain('immutable');
  });

  it('are for nobody else, and say in one line how to get in', async () => {
    const cookie = await fixture.enter();
    const strangers = [
      undefined,
      `${cookie.split('=')[0]}=guess`,
      cookie.replace('interlock-', 'interlock-1'),
      `x${cookie}`,
    ];
    for (const stranger of strangers) {
      for (const path of ['/', '/assets/index-12345678.js', '/nothing']) {
        const { status, body } = await fixture.ask({ path, ...(stranger ? { headers: { cookie: stranger } } : {}) });
        expect([status, body]).toEqual([
          401,
          expect.stringMatching(/^Open the address that the desk printed[^\n]*\n$/),
        ]);
      }
    }
    const per = (reason: string) => Array(3).fill(reason);
    expect(fixture.reasons).toEqual([
      ...per('no-token'),
      ...per('wrong-token'),
      ...per('no-token'),
      ...per('no-token'),
    ]);
    expect(fixture.turnedAway[1]).toEqual(['no-token', '"/assets/index-12345678.js": no session and no token']);
  });

  it('are read, never written', async () => {
    const cookie = await fixture.enter();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
      const { status, headers } = await fixture.ask({ method, headers: { cookie } });
      expect([method, status, headers.allow]).toEqual([method, 405, 'GET, HEAD']);
    }
    const head = await fixture.ask({ method: 'HEAD', headers: { cookie } });
    expect([head.status, head.body, Number(head.headers['content-length']) > 0]).toEqual([200, '', true]);
  });

  it('are only those that there are', async () => {
    const cookie = await fixture.enter();
    for (const path of ['/../index.html', '/assets/..%2findex.html', '//etc/passwd', 'http://127.0.0.1/']) {
      expect((await fixture.ask({ path, headers: { cookie } })).status).toBe(404);
    }
  });
});

describe('every answer', () => {
  it('carries the security headers, and a policy with a nonce of its own', async () => {
    const cookie = await fixture.enter();
    const answers = [
      await fixture.ask({ headers: { cookie } }),
      await fixture.ask({ headers: { cookie } }),
      await fixture.ask({ path: '/assets/index-12345678.js', headers: { cookie } }),
      await fixture.ask({ path: '/nothing', headers: { cookie } }),
      await fixture.ask({}),
      await fixture.ask({ method: 'POST' }),
      await fixture.ask({ headers: { host: 'evil.example' } }),
      await fixture.ask({ path: `/${fixture.newQuery()}` }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 401, 405, 403, 303]);
    for (const { headers } of answers) {
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
        'cache-control': expect.stringMatching(/no-store|immutable/),
      });
      expect(Object.keys(headers)).not.toContain('access-control-allow-origin');
    }
    expect(answers[0]?.headers['content-security-policy']).not.toBe(answers[1]?.headers['content-security-policy']);
  });
});

describe('the host', () => {
  it('is 127.0.0.1 or localhost with the port, and nothing else gets an answer (DNS rebinding)', async () => {
    const cookie = await fixture.enter();
    const { port } = fixture.web;
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LocalHost:${port}`]) {
      expect((await fixture.ask({ headers: { cookie, host } })).status).toBe(200);
    }
    const wrong = [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port + 1}`,
      `[::1]:${port}`,
      `x@localhost:${port}`,
    ];
    for (const host of wrong) {
      const { status, body } = await fixture.ask({ path: `/${fixture.newQuery()}`, headers: { cookie, host } });
      expect([host, status]).toEqual([host, 403]);
      expect(body).not.toContain('title');
    }
    expect(fixture.turnedAway).toEqual(wrong.map((host) => ['wrong-host', JSON.stringify(host)]));
  });

  it('is told cut short and quoted', async () => {
    await fixture.ask({ headers: { host: `${'a'.repeat(500)}"` } });
    expect(fixture.turnedAway[0]?.[1]).toBe(JSON.stringify('a'.repeat(100)));
  });

  it('is only reached from this machine', async () => {
    await expect(fixture.ask({ host: '127.0.0.2' })).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('the server', () => {
  it('refuses a port that is taken, with the remedy', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(ServerFixture.start({ port })).rejects.toThrow(WebServerError);
    await expect(ServerFixture.start({ port })).rejects.toThrow(`127.0.0.1:${port}`);
    taken.close();
  });

  it('takes no header without end', async () => {
    const { status } = await fixture.ask({ headers: { cookie: 'x'.repeat(9_000) } });
    expect(status).toBe(431);
  });

  it('lets go of whoever connects and says nothing, and ends at once when asked', async () => {
    const silent = connect(fixture.web.port, '127.0.0.1');
    await once(silent, 'connect');
    const ended = once(silent, 'close');
    await fixture.web.close();
    await ended;
    await expect(fixture.ask({})).rejects.toThrow(/ECONNREFUSED/);
  });
});
