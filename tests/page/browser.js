// SPDX-License-Identifier: GPL-2.0-only
/*
 * browser.js DIR: use DIR/page.html as people do, in a browser, and compare what
 * it shows with the records beside it. Prints TAP; leaves pictures in DIR.
 */
'use strict';

const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core'), 'utf8');

const dir = path.resolve(process.argv[2]);
const url = 'file://' + dir + '/page.html';
const chosen = 'ro-longterm.fast.zeropage.write';
const records = ['6.1', '6.12'].map(name =>
	fs.readFileSync(path.join(dir, name + '.jsonl'), 'utf8')
		.split('\n').filter(line => line).map(line => JSON.parse(line))
		.filter(line => line.pintest === 'check'));

const tests = {};

/* A new page, as the links that are sent open it. */
async function open(browser, hash = '', options = {}) {
	const context = await browser.newContext({
		viewport: { width: 1400, height: 900 }, ...options,
	});
	const page = await context.newPage();

	page.requests = [];
	page.errors = [];
	page.on('request', request => page.requests.push(request.url()));
	page.on('pageerror', error => page.errors.push(error.message));
	await page.goto(url + hash);
	return page;
}

const picture = (page, name) => page.screenshot({ path: path.join(dir, name + '.png') });
/* The page answers when it can: these wait for what has to come. */
const isOpen = page => page.locator('dialog[open]').waitFor();
const isClosed = page => page.locator('dialog[open]').waitFor({ state: 'detached' });
const rowsOf = page => page.locator('#table-matrix tbody tr:not(.rule)');
const shownRows = page => page.locator('#table-matrix tbody tr:not(.rule):visible');

function cellOf(page, rule, memory, column) {
	return page.locator('#table-matrix tbody', { has: page.getByRole('rowheader', { name: rule, exact: true }) })
		.locator('tr', { has: page.getByRole('rowheader', { name: memory, exact: true }) })
		.locator('td').nth(column);
}

/* Links of the panel that are scrolled out of sight look like skip links. */
async function violations(page) {
	await page.evaluate(axe);
	const found = await page.evaluate(() => window.axe.run(document, {
		resultTypes: ['violations'],
		rules: { 'skip-link': { enabled: false } },
	}));

	return found.violations.map(one => one.id + ': ' + one.nodes[0].html);
}

tests.it_asks_the_network_for_nothing = async browser => {
	const page = await open(browser);

	await picture(page, 'top');
	assert.deepStrictEqual(page.requests, [url]);
	assert.deepStrictEqual(page.errors, []);
};

tests.it_tells_how_many_checks_failed = async browser => {
	const page = await open(browser);

	for (const [i, checks] of records.entries()) {
		const failed = checks.filter(check => check.verdict === 'FAIL').length;
		const row = page.locator('#table-runs tbody tr').nth(i);

		assert.strictEqual(await row.locator('td').nth(7).innerText(), String(checks.length));
		assert.strictEqual(await row.locator('td').nth(9).innerText(), String(failed));
	}
	assert(records[0].some(check => check.verdict === 'FAIL'));
};

tests.tables_show_without_script = async browser => {
	const page = await open(browser, '', { javaScriptEnabled: false });
	const all = await rowsOf(page).count();

	assert(all > 5);
	assert.strictEqual(await shownRows(page).count(), all);
	assert(await page.locator('#table-causes').innerText().then(
		text => text.includes('cow-mapping-replaced')));
	assert(!await page.locator('#find').isVisible());
};

tests.search_finds_rows = async browser => {
	const page = await open(browser);

	await page.locator('#differ').uncheck();
	const all = await shownRows(page).count();

	await page.locator('#find').fill('ro-longterm zeropage');
	const some = await shownRows(page).allInnerTexts();

	assert(some.length > 0 && some.length < all);
	assert(some.every(text => text.includes('zeropage')));
	await page.locator('#find').fill('no such thing');
	assert.strictEqual(await shownRows(page).count(), 0);
};

tests.rows_that_do_not_differ_are_hidden = async browser => {
	const page = await open(browser);
	const kept = cellOf(page, 'ro-longterm', 'zeropage', 0);
	const same = records[0].filter(check => check.rule === 'ro-longterm' && check.memory === 'anon')
		.every(check => records[1].some(other => other.id === check.id && other.verdict === check.verdict));

	assert(await kept.isVisible());
	assert.strictEqual(await cellOf(page, 'ro-longterm', 'anon', 0).isVisible(), !same);
	await page.locator('#differ').uncheck();
	assert(await cellOf(page, 'ro-longterm', 'anon', 0).isVisible());
	assert.strictEqual(await shownRows(page).count(), await rowsOf(page).count());
};

tests.a_search_can_be_sent = async browser => {
	const page = await open(browser);

	await page.locator('#find').fill('zeropage');
	const other = await open(browser, await page.evaluate(() => location.hash));

	assert.strictEqual(await other.locator('#find').inputValue(), 'zeropage');
	assert.deepStrictEqual(await shownRows(other).allInnerTexts(),
		await shownRows(page).allInnerTexts());
};

tests.enter_on_a_cell_shows_its_checks = async browser => {
	const page = await open(browser);
	const cell = cellOf(page, 'ro-longterm', 'zeropage', 0);
	const expected = records[0].filter(check => check.rule === 'ro-longterm' &&
		check.memory === 'zeropage');
	const failed = expected.filter(check => check.verdict === 'FAIL');

	assert(failed.length > 0);
	assert((await cell.innerText()).startsWith('✘ ' + failed.length + '/'));
	await cell.getByRole('button').focus();
	await page.keyboard.press('Enter');
	await isOpen(page);
	const items = page.locator('dialog li');
	const texts = await items.allInnerTexts();

	assert.strictEqual(texts.length, expected.length);
	assert.strictEqual(texts.filter(text => text.startsWith('✘ FAIL')).length, failed.length);
	assert(texts[0].includes(failed[0].reason));
	assert(texts[0].includes('pintest check --verbose --filter ' + failed[0].id));
	await items.first().locator('summary').click();
	assert(await items.first().locator('table').count() > 0);
	await picture(page, 'panel');
};

tests.escape_returns_to_the_cell = async browser => {
	const page = await open(browser);
	const button = cellOf(page, 'ro-longterm', 'zeropage', 0).getByRole('button');

	await button.focus();
	await page.keyboard.press('Enter');
	await isOpen(page);
	await page.keyboard.press('Escape');
	await isClosed(page);
	assert(await button.evaluate(element => element === document.activeElement));
};

tests.a_link_to_a_check_opens_it = async browser => {
	const page = await open(browser, '#check=' + chosen);
	const here = page.locator('dialog li.here');

	assert((await here.innerText()).startsWith('✘ FAIL ' + chosen));
	await picture(page, 'link');
	await page.goto(url + '#check=' + chosen + '&run=6.12');
	assert((await here.innerText()).startsWith('✔ PASS ' + chosen));
};

tests.a_link_to_a_cause_leads_there = async browser => {
	const page = await open(browser, '#check=' + chosen);

	await page.locator('dialog li.here').getByRole('link', { name: 'cow-mapping-replaced' }).click();
	await isClosed(page);
	await page.waitForFunction(() => {
		const row = document.querySelector('#cause-cow-mapping-replaced');
		const { top } = row.getBoundingClientRect();

		return top >= 0 && top < innerHeight;
	});
};

tests.a_cause_shows_its_checks = async browser => {
	const page = await open(browser, '#cause=cow-mapping-replaced&run=6.1');
	const expected = records[0].filter(check => check.verdict === 'FAIL' &&
		check.known === 'cow-mapping-replaced');

	await isOpen(page);
	assert.strictEqual(await page.locator('dialog li', { hasText: '✘ FAIL' }).count(), expected.length);
};

tests.it_prints_without_controls = async browser => {
	const page = await open(browser);

	await page.emulateMedia({ media: 'print' });
	assert(!await page.locator('#find').isVisible());
	assert(await page.locator('#table-causes').isVisible());
	await page.pdf({ path: path.join(dir, 'print.pdf') });
};

for (const colorScheme of ['light', 'dark'])
	tests['axe_finds_nothing_in_' + colorScheme] = async browser => {
		const page = await open(browser, '', { colorScheme });

		assert.deepStrictEqual(await violations(page), []);
		await page.goto(url + '#check=' + chosen);
		await page.locator('dialog li.here summary').click();
		assert.deepStrictEqual(await violations(page), []);
		await picture(page, colorScheme);
	};

/* A checker that finds nothing anywhere would be no help. */
tests.axe_finds_what_is_planted = async browser => {
	const page = await open(browser);

	await page.evaluate(() => {
		const button = document.querySelector('#table-matrix td button');

		button.removeAttribute('aria-label');
		button.textContent = '';
		document.querySelector('h1').style.color = '#ddd';
	});
	const found = (await violations(page)).join('\n');

	assert(found.includes('button-name:') && found.includes('color-contrast:'));
};

async function main() {
	const names = Object.keys(tests);
	const browser = await chromium.launch({
		executablePath: '/usr/bin/chromium',
		args: process.getuid() ? [] : ['--no-sandbox'],
	});
	let failed = 0;

	console.log('TAP version 13\n1..' + names.length);
	for (const [i, name] of names.entries()) {
		try {
			await tests[name](browser);
			console.log('ok ' + (i + 1) + ' ' + name);
		} catch (error) {
			failed++;
			console.log(String(error.stack).replace(/^/gm, '# '));
			console.log('not ok ' + (i + 1) + ' ' + name);
		}
	}
	await browser.close();
	process.exitCode = failed ? 1 : 0;
}

main();
